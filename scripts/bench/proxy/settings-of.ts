/** Configurations of nginx and HAProxy: as their manuals advise for kept connections to the nodes, logs off, one worker. */

export interface Places {
  /** A folder of its own, for temporary files. */
  readonly dir: string;
  readonly port: number;
}

// Started by root its worker would be nobody, who may not read the benchmark's folder.
const nginxFrame = (dir: string, http: string): string => `
daemon off;
${process.getuid?.() === 0 ? 'user root;\n' : ''}worker_processes 1;
pid ${dir}/pid;
error_log ${dir}/error.log crit;
events { worker_connections 4096; }
http {
  access_log off;
  keepalive_requests 1000000000;
  keepalive_timeout 3600s;
  tcp_nodelay on;
  client_max_body_size 16m;
  client_body_buffer_size 128k;
  client_body_temp_path ${dir}/body;
  proxy_temp_path ${dir}/proxy;
  fastcgi_temp_path ${dir}/fastcgi;
  uwsgi_temp_path ${dir}/uwsgi;
  scgi_temp_path ${dir}/scgi;
${http}
}
`;

/**
 * The node. `return` would answer before a body has come, which no app does: the mirror makes nginx read the whole body
 * first, and 405, which a file answers to POST, is turned into the answer.
 */
export const nginxNode = ({ dir, port }: Places, oneKiB: string): string =>
  nginxFrame(
    dir,
    `  sendfile on;
  tcp_nopush on;
  open_file_cache max=10;
  server {
    listen 127.0.0.1:${port};
    root ${dir};
    location = /get-1k { return 200 "${oneKiB}"; }
    location = /get-1m { }
    location = /post-64k { mirror /mirror; error_page 405 =200 /ok; }
    location = /mirror { internal; return 204; }
    location = /ok { }
  }`,
  );

export const nginxProxy = ({ dir, port }: Places, nodeUrl: string): string =>
  nginxFrame(
    dir,
    `  proxy_max_temp_file_size 0;
  proxy_buffers 32 32k;
  upstream node { server ${new URL(nodeUrl).host}; keepalive 128; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://node;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header X-Forwarded-For $remote_addr;
    }
  }`,
  );

export const haproxyProxy = ({ port }: Places, nodeUrl: string): string => `
global
  nbthread 1
  maxconn 4096
defaults
  mode http
  timeout connect 1s
  timeout client 60s
  timeout server 60s
  timeout http-keep-alive 60s
  option forwardfor
  http-reuse always
frontend clients
  bind 127.0.0.1:${port}
  default_backend nodes
backend nodes
  server node ${new URL(nodeUrl).host} pool-max-conn 128
`;

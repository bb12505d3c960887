import { once } from 'node:events';
import { copyFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterEach, expect } from '@jest/globals';
import { closeFrame } from '../../proxy/upgrade/frames.ts';
import type { RunningProxy } from '../../proxy/wiring.ts';
import { type Certificates, makeCertificates, withoutOpenssl } from '../support/certificates.ts';
import { recordingLog } from '../support/recording-log.ts';
import { testUnless } from '../support/unless.ts';
import { Stage, until } from './stage.ts';

const stage = new Stage();
afterEach(() => stage.clear());

const tlsTest = testUnless(withoutOpenssl());

const certificates = async (): Promise<Certificates> => {
  const made = await makeCertificates();
  stage.onClear(made.remove);
  return made;
};

/** What a client of this authority sees; rejects where it does not trust what it is shown. */
const askSafely = (url: string, { caText }: Certificates, agent?: Agent): Promise<{ status: number; body: string }> =>
  new Promise((resolve, reject) => {
    const trust = { ca: caText, servername: 'redis.test', headers: { host: 'cats.test' } };
    const req = request(url, { ...trust, agent: agent ?? new Agent({ keepAlive: false }) }, (res) => {
      let body = '';
      res.setEncoding('utf8');
      res.on('data', (text: string) => {
        body += text;
      });
      res.on('end', () => resolve({ status: res.statusCode ?? 0, body }));
    });
    req.on('error', reject);
    req.end();
  });

const secured = async (shown: Certificates, more: Parameters<Stage['router']>[1] = {}) => {
  const node = await stage.node((req, res) => res.end(String(req.headers['x-forwarded-proto'])));
  const log = recordingLog();
  const proxy: RunningProxy = await stage.router(
    [node.url],
    { tls: { cert: shown.cert, key: shown.key }, ...more },
    { log },
  );
  return { node, log, proxy };
};

tlsTest('serves clients that speak TLS, and tells the node that they do', async () => {
  const shown = await certificates();
  const { proxy } = await secured(shown);
  expect(proxy.url).toMatch(/^https:/);
  expect(await askSafely(proxy.url, shown)).toEqual({ status: 200, body: 'https' });
});

tlsTest('refuses TLS 1.1', async () => {
  const shown = await certificates();
  const { proxy } = await secured(shown);
  const handshake = (maxVersion: 'TLSv1.1' | 'TLSv1.2') =>
    new Promise<string>((resolve) => {
      const old = {
        minVersion: 'TLSv1' as const,
        maxVersion,
        ciphers: 'DEFAULT@SECLEVEL=0',
        rejectUnauthorized: false,
      };
      const socket: TLSSocket = connectTls({ host: '127.0.0.1', port: Number(new URL(proxy.url).port), ...old }, () => {
        resolve(socket.getProtocol() ?? 'none');
        socket.destroy();
      });
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(String(error.code)));
    });
  expect(await handshake('TLSv1.2')).toBe('TLSv1.2');
  expect(await handshake('TLSv1.1')).toMatch(/^E/);
});

tlsTest('uses a new certificate for new connections, and keeps those that stand', async () => {
  const [first, second] = [await certificates(), await certificates()];
  const { proxy, log } = await secured(first);
  const kept = new Agent({ keepAlive: true, maxSockets: 1 });
  stage.onClear(async () => kept.destroy());
  expect(await askSafely(proxy.url, first, kept)).toMatchObject({ status: 200 });
  await copyFile(second.cert, first.cert);
  await copyFile(second.key, first.key);
  await until(() => log.of('certificate-renewed').length === 1, 'the new certificate');
  expect(await askSafely(proxy.url, second)).toMatchObject({ status: 200 });
  await expect(askSafely(proxy.url, first)).rejects.toThrow();
  expect(await askSafely(proxy.url, first, kept)).toMatchObject({ status: 200 });
});

tlsTest('keeps the certificate that it has where the new one is broken, and says so', async () => {
  const [first, second] = [await certificates(), await certificates()];
  const { proxy, log } = await secured(first);
  await copyFile(second.key, first.key);
  await until(() => log.of('certificate-not-used').length === 1, 'the word about it');
  expect(await askSafely(proxy.url, first)).toMatchObject({ status: 200 });
});

tlsTest('does not start with a key that does not fit', async () => {
  const [first, second] = [await certificates(), await certificates()];
  const tls = { cert: first.cert, key: second.key };
  await expect(stage.router(['http://127.0.0.1:1'], { tls })).rejects.toThrow(/the key is not that of the certificate/);
  const nowhere = join(first.dir, 'nowhere.pem');
  await expect(stage.router(['http://127.0.0.1:1'], { tls: { ...tls, key: nowhere } })).rejects.toThrow(/ENOENT/);
});

tlsTest('closes a connection whose handshake does not come', async () => {
  const { proxy } = await secured(await certificates(), { limits: { headers: '200ms' } });
  const socket = connect(Number(new URL(proxy.url).port), '127.0.0.1');
  await new Promise<void>(
    (resolve) =>
      void socket
        .once('close', () => resolve())
        .on('error', () => undefined)
        .resume(),
  );
});

tlsTest('answers a request that would switch to what is not spoken here', async () => {
  const { proxy } = await secured(await certificates());
  const port = Number(new URL(proxy.url).port);
  const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false });
  stage.onClear(async () => void socket.destroy());
  let heard = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    heard += text;
  });
  socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n');
  await once(socket, 'close');
  expect(heard).toMatch(/^HTTP\/1.1 200 OK\r\n[\s\S]*https/);
});

tlsTest('stops though a connection has not shaken hands yet', async () => {
  const { proxy } = await secured(await certificates(), { stop: { deadline: '300ms' } });
  const socket = connect(Number(new URL(proxy.url).port), '127.0.0.1').on('error', () => undefined);
  const end = once(socket.resume(), 'close');
  await once(socket, 'connect');
  await proxy.stop();
  await end;
});

const stopWhileOpening = async (deadline: string): Promise<string> => {
  const shown = await certificates();
  let open = (): void => undefined;
  const node = await stage.rawNode((socket) => {
    open = () => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    };
  });
  const tls = { cert: shown.cert, key: shown.key };
  const firstByte = [{ path: '/', deadline: '30s' }];
  const proxy = await stage.router([node.url], { tls, firstByte, stop: { deadline } });
  const socket = connectTls({ host: '127.0.0.1', port: Number(new URL(proxy.url).port), rejectUnauthorized: false });
  let heard = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    heard += text;
  });
  const end = once(
    socket.on('error', () => undefined),
    'close',
  );
  socket.write(
    'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  await until(() => node.begun === 1);
  const stopped = proxy.stop();
  if (deadline !== '0ms') open();
  await stopped;
  await end;
  return heard;
};

tlsTest('stops while a WebSocket is opening, and tells it to go', async () => {
  const heard = await stopWhileOpening('10m');
  expect(heard).toMatch(/^HTTP\/1.1 101 /);
  expect(heard.slice(-4)).toBe(closeFrame(1001).toString('latin1'));
});

tlsTest('stops by force where a WebSocket that is opening leaves it no time', async () => {
  expect(await stopWhileOpening('0ms')).not.toMatch(/101/);
});

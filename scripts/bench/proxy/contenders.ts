/** Who stands between wrk and the node: one worker each, on the proxy's core, beside one another and idle in turn. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { builtFile } from '../../../monkey/cli/demo/built.ts';
import { cores, freePort, type Pinned, startPinned, untilAnswering } from './pinned.ts';
import { haproxyProxy, nginxNode, nginxProxy, type Places } from './settings-of.ts';
import { ours } from './targets.ts';
import type { Tool } from './tools.ts';

export interface Contender {
  readonly name: string;
  readonly url: string;
  /** Undefined: wrk asks the node itself. */
  readonly process: Pinned | undefined;
}

export interface Field {
  readonly tools: ReadonlyMap<Tool, string>;
  readonly taskset: string;
  readonly dir: string;
  readonly nodeUrl: string;
}

interface Entry {
  readonly needs?: Tool;
  readonly command: (
    field: Field,
    places: Places,
  ) => Promise<readonly [string, ...string[]]> | readonly [string, ...string[]];
}

/** A program of the benchmark's own, run from the sources: its libraries are found from there. */
export const program = (name: string): string =>
  new URL(`../scripts/bench/proxy/programs/${name}.mjs`, import.meta.url).pathname;
const node = (name: string, ...further: readonly string[]): Entry => ({
  command: ({ nodeUrl }, { port }) => [process.execPath, program(name), String(port), nodeUrl, ...further],
});

export const direct = 'direct';

/**
 * As infra/systemd/doctor-monkey-proxy.service starts it: requests leave nothing behind that would need a large heap, and
 * threads that help the collector with so little spend most of their time on waiting for each other.
 */
export const flagsOfUnit = ['--single-threaded-gc', '--max-semi-space-size=4', '--max-old-space-size=512'];

export const proxies: Readonly<Record<string, Entry>> = {
  nginx: {
    needs: 'nginx',
    command: async ({ tools, nodeUrl }, places) => [
      tools.get('nginx') ?? '',
      ...['-p', places.dir, '-c', await written(places, 'nginx.conf', nginxProxy(places, nodeUrl))],
    ],
  },
  haproxy: {
    needs: 'haproxy',
    command: async ({ tools, nodeUrl }, places) => [
      tools.get('haproxy') ?? '',
      ...['-db', '-q', '-f', await written(places, 'haproxy.cfg', haproxyProxy(places, nodeUrl))],
    ],
  },
  'fast-proxy': node('fast-proxy'),
  'reply-from': node('reply-from'),
  'http-proxy-agent': node('http-proxy', 'agent'),
  'http-proxy': node('http-proxy'),
  [ours]: {
    command: ({ nodeUrl }, { port }) => [
      process.execPath,
      ...flagsOfUnit,
      builtFile('monkey.js'),
      ...['proxy', '--static', nodeUrl, '--listen', String(port)],
    ],
  },
};

/**
 * Starts one proxy in front of the node; resolves once it answers through to it.
 *
 * @param folder what its own folder is called, where there are several of a kind
 */
export const startProxy = async (
  name: string,
  field: Field,
  folder = name,
): Promise<Contender & { readonly process: Pinned }> => {
  const entry = proxies[name];
  if (entry === undefined) throw new Error(`no contender ${name}; there are ${Object.keys(proxies).join(', ')}`);
  const places = await placesFor(folder, field.dir);
  const [command, ...args] = await entry.command(field, places);
  const started = startPinned({ taskset: field.taskset, core: cores.proxy, command, args });
  return answering(name, places.port, started);
};

/** The node, beside wrk on the other core: nginx, or where there is none a server of Node's. */
export const startNode = async (
  tools: ReadonlyMap<Tool, string>,
  taskset: string,
  dir: string,
): Promise<{ readonly kind: string; readonly port: number; readonly process: Pinned }> => {
  const places = await placesFor('node', dir);
  await writeFile(join(places.dir, 'get-1m'), 'x'.repeat(1_048_576));
  await writeFile(join(places.dir, 'ok'), 'ok');
  await writeFile(join(places.dir, 'post-64k'), '');
  const conf = await written(places, 'nginx.conf', nginxNode(places, 'x'.repeat(1_024)));
  const nginx = tools.get('nginx');
  const [command, args] =
    nginx === undefined
      ? [process.execPath, [program('node'), String(places.port)]]
      : [nginx, ['-p', places.dir, '-c', conf]];
  const started = startPinned({ taskset, core: cores.load, command, args });
  await answering('the node', places.port, started);
  return { kind: nginx === undefined ? 'a server of node:net' : 'nginx', port: places.port, process: started };
};

const answering = async (name: string, port: number, started: Pinned) => {
  const url = `http://127.0.0.1:${port}`;
  try {
    await untilAnswering(name, `${url}/get-1k`);
    return { name, url, process: started };
  } catch (error) {
    await started.stop();
    throw error;
  }
};

const placesFor = async (name: string, dir: string): Promise<Places> => {
  const own = join(dir, name);
  await mkdir(own, { recursive: true });
  return { dir: own, port: await freePort() };
};

const written = async ({ dir }: Places, name: string, text: string): Promise<string> => {
  const file = join(dir, name);
  await writeFile(file, text);
  return file;
};

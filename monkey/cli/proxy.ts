/** `monkey proxy`: routes requests to the serving nodes of a pool, or to URLs given by hand. */
import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Log } from '../../pool/log.ts';
import { parseMs } from '../../pool/units.ts';
import { CannotListen } from '../../proxy/cannot-listen.ts';
import { keepRequestsYoung } from '../../proxy/collector.ts';
import { type ProxyConfig, proxySchema } from '../../proxy/config-schema.ts';
import { isSamePort, type ListenAddress, parseListen, shownAddress } from '../../proxy/listen-address.ts';
import { type Routes, type RunningProxy, startProxy } from '../../proxy/wiring.ts';
import type { ReadFiles } from '../../proxy/workers/messages.ts';
import { serveAsWorker } from '../../proxy/workers/serve.ts';
import { startWorkers } from '../../proxy/workers/wiring.ts';
import type { Config } from '../config/config.ts';
import { givenSocket } from '../host/given-socket.ts';
import { notifier } from '../host/systemd.ts';
import { CommandFailed, type CommandModule, Exit, type Io } from './command.ts';
import { createLog } from './log.ts';
import { type AsWorker, asWorker, remembering } from './proxy-worker.ts';
import { type CommonOptions, configOf, withPoolOptions } from './settings.ts';
import { staticUrls } from './static-urls.ts';

interface Options extends CommonOptions {
  readonly static?: string;
  readonly listen?: string;
  readonly admin?: string;
  readonly workers?: string;
  readonly firstByte?: number;
}

interface PoolOptions {
  readonly config: ProxyConfig;
  readonly routes: Extract<Routes, { kind: 'pool' }>;
}

export const configure: CommandModule['configure'] = (command: Command, io, done) => {
  withPoolOptions(command)
    .option(
      '--static <urls>',
      'route to these URLs (http://host:port or https://…, separated by commas), without Redis',
    )
    .option('--listen <address>', 'where clients are served: [HOST:]PORT; port 0: the system chooses')
    .option('--admin <address>', 'where health, members and metrics are told: [HOST:]PORT, or off')
    .addOption(
      new Option(
        '--first-byte <duration>',
        'with --static: how long the first byte of an answer may take (3s); of a pool: proxy.firstByte',
      ).argParser(upToADay),
    )
    .option('--workers <number>', 'processes that serve the port together (proxy.workers)')
    .addHelpText(
      'after',
      `
--static is for trying it and for benchmarks: fixed nodes, of which those that fail are left out for a while; no Redis, no
snapshot file, no access log, one worker, and no admin port unless --admin names one. Its URLs may be of loopback, never
of a metadata service; one that names a node for the second time is warned of, and changes nothing. Without --listen it listens on 127.0.0.1:8080.

A node has 3s to begin its answer; an app that takes longer needs --first-byte. A request that waited in vain gets 504. Where
its node answered nobody else meanwhile, a GET or HEAD is sent a second time, to another node, and gets its 504 after as long
again. A node that fails five requests in a row like that, while others answer, is tried with one more; where that fails too it is
left out, for 10s at first. Requests that wait in vain at the same time while no node answers any count as one.

A client that closes its side once it has asked (nc -N) is served where its node begins to answer within 1s; after that it is
taken for one that has gone.`,
    )
    .addHelpText('after', '\nOnce it listens it prints one line: {"listening": URL, "admin": URL or null}.')
    .action(async (options: Options) => {
      keepRequestsYoung();
      done(
        options.static === undefined ? await routeByPool(options, io) : await routeByHand(options.static, options, io),
      );
    });
};

const routeByHand = async (list: string, options: Options, io: Io): Promise<Exit> => {
  const ofAPool = (['config', 'redis', 'pool'] as const).find((option) => options[option] !== undefined);
  if (ofAPool !== undefined)
    throw new CommandFailed(`--static needs no pool: it does not go with --${ofAPool}`, Exit.usage);
  if (options.workers !== undefined)
    throw new CommandFailed('--static routes with one worker: it does not go with --workers', Exit.usage);
  const parsed = staticUrls(list);
  if (parsed.kind === 'refused') throw new CommandFailed(`--static: ${parsed.because}`, Exit.usage);
  const { snapshotFile, ...defaults } = proxySchema.parse({});
  const listen = listenOf('--listen', options.listen ?? '8080');
  const log = createLog({ level: 'info', name: 'proxy' }, io.err, io.env);
  for (const url of parsed.repeated)
    log.warn('node-named-twice', { url, because: 'it was named before, and is one node' });
  const firstByte = options.firstByte === undefined ? [] : [{ path: '/', deadline: options.firstByte }];
  const config: ProxyConfig = { ...defaults, firstByte, listen, admin: adminOf(options) ?? 'off' };
  mustDiffer(config, io);
  const routes: Routes = { kind: 'static', urls: parsed.urls };
  const start = () => startProxy({ config, routes, listenFd: givenSocket(io.env, process.pid) }, { log });
  await serve(() => start().catch(naming(options, true)), log, io);
  return Exit.fine;
};

const routeByPool = async (options: Options, given: Io): Promise<Exit> => {
  if (options.firstByte !== undefined)
    throw new CommandFailed('--first-byte goes with --static; of a pool it is proxy.firstByte', Exit.usage);
  const worker = await asWorker(given);
  const own = worker?.io ?? given;
  const { readFile, files } = remembering(own.readFile);
  const io: Io = { ...own, readFile };
  const config = await configOf(io, { ...options, instead: 'route to fixed URLs with --static URL,URL' });
  const ours = proxyConfig(config, options, io);
  const name = worker === undefined ? 'proxy' : `proxy-${worker.order.worker}`;
  const log = createLog({ level: config.log.level, name }, io.err, io.env);
  const store = await io.openPool(config.pool, log);
  const others = await Promise.all(otherPools(config).map((name) => io.openPool({ ...config.pool, name }, log)));
  try {
    const routes = { kind: 'pool', store, others, rules: config.pool } as const;
    const start = startOf({ config: ours, routes }, { worker, files, io, log });
    await serve(() => start().catch(naming(options, false)), log, io, worker === undefined);
    return Exit.fine;
  } finally {
    await Promise.all([store, ...others].map((pool) => pool.close()));
  }
};

interface Start {
  readonly worker: AsWorker | undefined;
  readonly files: ReadFiles;
  readonly io: Io;
  readonly log: Log;
}

/** Alone, as one of several workers, or as the process that keeps them. */
const startOf = (options: PoolOptions, { worker, files, io, log }: Start): (() => Promise<Serving>) => {
  const { config, routes } = options;
  if (worker !== undefined) return () => serveAsWorker(worker.order, options, worker.channel, { log });
  const listenFd = givenSocket(io.env, process.pid);
  if (config.workers === 1) return () => startProxy({ ...options, listenFd }, { log });
  const command = [process.execPath, ...process.execArgv, ...process.argv.slice(1)] as const;
  const pools = [routes.store, ...(routes.others ?? [])];
  return () => startWorkers({ config, listenFd, command, env: io.env, pools, files }, { log });
};

const otherPools = ({ proxy, pool }: Config): readonly string[] =>
  [...new Set(proxy.routes.map((one) => one.pool))].filter((name) => name !== pool.name);

const proxyConfig = ({ proxy, pool }: Config, options: Options, io: Io): ProxyConfig => {
  const snapshotFile = proxy.snapshotFile ?? stateFile(io, pool.name);
  const listen = options.listen === undefined ? proxy.listen : listenOf('--listen', options.listen);
  const admin = adminOf(options) ?? proxy.admin;
  mustDiffer({ listen, admin }, io);
  return { ...proxy, listen, admin, ...(snapshotFile === undefined ? {} : { snapshotFile }) };
};

const mustDiffer = ({ listen, admin }: Pick<ProxyConfig, 'listen' | 'admin'>, io: Io): void => {
  if (admin === 'off' || givenSocket(io.env, process.pid) !== undefined || !isSamePort(listen, admin)) return;
  const because = `--listen and --admin (proxy.listen, proxy.admin) are one port, ${shownAddress(admin)}: choose another for one of them`;
  throw new CommandFailed(because, Exit.usage);
};

/** systemd names the folder that a service may keep things in. */
const stateFile = ({ env }: Io, pool: string): string | undefined => {
  const [folder = ''] = (env['STATE_DIRECTORY'] ?? '').split(':');
  return folder === '' ? undefined : join(folder, `members-of-${pool}.json`);
};

type Serving = Pick<RunningProxy, 'url' | 'adminUrl' | 'stop' | 'reopenLogs'>;

/** Serves until the process is told to stop. `tells`: the one line is its to print. */
const serve = async (start: () => Promise<Serving>, log: Log, io: Io, tells = true): Promise<void> => {
  const systemd = notifier(io.env, log);
  const proxy = await start().catch((error: unknown) => {
    const because = error instanceof Error ? error.message : String(error);
    throw new CommandFailed(`the proxy does not start: ${because}`, Exit.unreachable, { cause: error });
  });
  if (tells) io.out.write(`${JSON.stringify({ listening: proxy.url, admin: proxy.adminUrl ?? null })}\n`);
  io.hangup?.(() => proxy.reopenLogs());
  await systemd.ready();
  const alive = setInterval(systemd.watchdog, 1_000);
  await aborted(io.signal);
  await systemd.stopping();
  await proxy.stop();
  clearInterval(alive);
};

/** An address at which it cannot listen is named as it was given, or as it could be; `--static` has no configuration. */
const naming =
  (options: Options, isByHand: boolean) =>
  (error: unknown): never => {
    if (!(error instanceof CannotListen)) throw error;
    const { setting, because } = error;
    if (!isByHand && options[setting] === undefined) throw error;
    throw new Error(`--${setting}: ${because}`, { cause: error });
  };

const adminOf = ({ admin }: Options): ListenAddress | 'off' | undefined =>
  admin === undefined || admin === 'off' ? admin : listenOf('--admin', admin);

const upToADay = (text: string): number => {
  const ms = parseMs(text);
  if (ms !== undefined && ms >= 10 && ms <= 86_400_000) return ms;
  throw new InvalidArgumentError('A duration like 3s or 2m, from 10ms to 1d, please.');
};

const listenOf = (option: string, text: string): ListenAddress => {
  const parsed = parseListen(text);
  if (parsed.kind === 'refused') throw new CommandFailed(`${option}: ${parsed.because}`, Exit.usage);
  return { host: parsed.host, port: parsed.port };
};

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** A router of its own for one scenario, with nodes that only listen: what they say is in the file. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { systemClock } from '../../../pool/clock.ts';
import { silentLog } from '../../../pool/log.ts';
import { sourceByHand } from '../../../proxy/by-hand.ts';
import { proxySchema } from '../../../proxy/config-schema.ts';
import { Router } from '../../../proxy/router.ts';
import { listen } from '../../../proxy/stop.ts';
import { nobodysUrl } from '../../support/place.ts';
import { Peer } from './peer.ts';
import { routerId, type Scenario } from './script.ts';

export type Path = 'slow' | 'fast';

export interface WireStage {
  readonly client: (name: string) => Peer;
  /** Every connection that was made to a node, in order. */
  readonly nodes: readonly Peer[];
  readonly clients: ReadonlyMap<string, Peer>;
  readonly inFlight: () => number;
  /** Resolves at the next thing that happens to any peer. */
  readonly change: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export const openStage = async (scenario: Scenario, path: Path): Promise<WireStage> => {
  let wake = (): void => undefined;
  const onChange = (): void => wake();
  const nodes: Peer[] = [];
  const clients = new Map<string, Peer>();
  const servers: Server[] = [];
  const onConnection = (socket: Socket): void => {
    nodes.push(new Peer(socket, { kind: 'requests', requests: [] }, onChange));
    onChange();
  };
  const urls: string[] = [];
  for (const kind of (scenario.settings.get('nodes') ?? 'live').split(',')) {
    if (kind === 'dead') {
      urls.push(await nobodysUrl());
      continue;
    }
    const server = createServer({ allowHalfOpen: true }, onConnection);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    urls.push(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    servers.push(server);
  }
  const router = new Router(routerId, 'static', configOf(scenario.settings), systemClock, silentLog);
  for (const pool of router.pools) pool.source = sourceByHand(urls, pool.table, silentLog);
  await listen(router.server, { host: '127.0.0.1', port: 0 }, (error) => {
    throw error;
  });
  const { port } = router.server.address() as AddressInfo;
  const client = (name: string): Peer => {
    const known = clients.get(name);
    if (known !== undefined) return known;
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const peer = new Peer(socket, { kind: 'answers', requests: scenario.requests.get(name) ?? [] }, onChange);
    // An empty line before a request is nothing to HTTP, and too much for the fast path.
    if (path === 'slow' && !scenario.settings.has('untouched')) peer.send('\r\n');
    clients.set(name, peer);
    return peer;
  };
  const stop = async (): Promise<void> => {
    for (const peer of [...clients.values(), ...nodes]) peer.destroy();
    await router.stop();
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  };
  return {
    client,
    nodes,
    clients,
    inFlight: () => router.table.members().reduce((sum, { inFlight }) => sum + inFlight, 0),
    change: () =>
      new Promise((resolve) => {
        wake = resolve;
      }),
    stop,
  };
};

const limits: ReadonlySet<string> = new Set([
  'headerBytes',
  'bodyBytes',
  'connections',
  'inFlight',
  'headers',
  'request',
  'keepAlive',
]);

/** Waits long enough for any machine, but where the file makes them short. */
const configOf = (settings: ReadonlyMap<string, string>) => {
  const given: Record<string, unknown> = {};
  const clientLimits: Record<string, unknown> = {};
  for (const [key, value] of settings) {
    const typed = /^\d+$/.test(value) ? Number(value) : value;
    if (key === 'firstByte') given[key] = [{ path: '/', deadline: value }];
    else if (limits.has(key)) clientLimits[key] = typed;
    else if (key === 'trustedProxies') given[key] = [value];
    else if (key !== 'nodes' && key !== 'untouched') given[key] = typed;
  }
  const patient = { connect: '15s', firstByte: [{ path: '/', deadline: '15s' }] };
  return proxySchema.parse({
    ...{ choose: 'round-robin', stop: { deadline: '1s' }, limits: clientLimits },
    ...patient,
    ...given,
  });
};

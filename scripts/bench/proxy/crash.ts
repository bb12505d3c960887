/**
 * Nodes that die under load, one after the other: SIGKILL, a second later they are back on the same port.
 * A GET may never fail. A POST may only where it had been sent to the node that died, with 502, and is counted.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { builtFile } from '../../../monkey/cli/demo/built.ts';
import { type LoadCounts, type LoadOptions, startLoad } from '../../../monkey/cli/demo/load.ts';
import type { Finding, ProxyBench } from './bench.ts';
import { flagsOfUnit, program } from './contenders.ts';
import { cores, freePort, type Pinned, startPinned, untilAnswering } from './pinned.ts';
import { blanks } from './slow-path.ts';
import type { Stage } from './stage.ts';

const nodes = 3;
const kills = 10;
const getsPerSecond = 2_000;
const postsPerSecond = 300;
const awayMs = 1_000;
const betweenMs = 1_500;

/** While a node is dead its port is free: at an address of its own no connection of the load's can be given it meanwhile. */
const dyingHost = '127.0.0.2';

interface Scene {
  readonly url: string;
  readonly adminUrl: string;
  readonly nodes: readonly DyingNode[];
}

interface DyingNode {
  readonly die: () => Promise<void>;
  readonly comeBack: () => Promise<void>;
}

export const crash = async ({ signal }: ProxyBench, stage: Stage): Promise<Finding> => {
  const scene = await setScene(stage);
  const fast = await onePath(scene, { path: 'fast', getsPerSecond, postsPerSecond }, signal);
  const slow = await onePath(scene, { path: 'slow', getsPerSecond: 500, postsPerSecond: 100 }, signal);
  return { lines: [...fast.lines, ...slow.lines], missed: [...fast.missed, ...slow.missed] };
};

interface Turn {
  readonly path: 'fast' | 'slow';
  readonly getsPerSecond: number;
  readonly postsPerSecond: number;
}

const onePath = async (scene: Scene, turn: Turn, signal: AbortSignal): Promise<Finding> => {
  const headers = turn.path === 'slow' ? blanks : {};
  const gets = await underLoad(scene, { perSecond: turn.getsPerSecond, headers }, signal);
  const before = await answered5xx(scene.adminUrl);
  const body = Buffer.alloc(65_536, 'x');
  const posts = await underLoad(scene, { perSecond: turn.postsPerSecond, headers, body }, signal);
  const counted = (await answered5xx(scene.adminUrl)) - before;
  return judge(turn, { gets, posts, counted });
};

const setScene = async (stage: Stage): Promise<Scene> => {
  const dying = await Promise.all(Array.from({ length: nodes }, () => dyingNode(stage)));
  const [port, adminPort] = [await freePort(), await freePort()];
  const urls = dying.map(({ url }) => url).join(',');
  const proxy = startPinned({
    taskset: stage.field.taskset,
    core: cores.proxy,
    command: process.execPath,
    args: [
      ...flagsOfUnit,
      ...[builtFile('monkey.js'), 'proxy', '--static', urls],
      ...['--listen', String(port), '--admin', String(adminPort)],
    ],
  });
  stage.undo.push(proxy.stop);
  const url = `http://127.0.0.1:${port}`;
  await untilAnswering('ours', `${url}/get-1k`);
  return { url, adminUrl: `http://127.0.0.1:${adminPort}`, nodes: dying };
};

const dyingNode = async ({ field, undo }: Stage): Promise<DyingNode & { readonly url: string }> => {
  const port = await freePort();
  const url = `http://${dyingHost}:${port}`;
  let running: Pinned | undefined;
  const comeBack = async (): Promise<void> => {
    running = startPinned({
      taskset: field.taskset,
      core: cores.load,
      command: process.execPath,
      args: [program('node'), String(port), dyingHost],
    });
    await untilAnswering('a node', `${url}/get-1k`);
  };
  const die = async (): Promise<void> => running?.kill();
  undo.push(die);
  await comeBack();
  return { url, die, comeBack };
};

const underLoad = async (
  scene: Scene,
  { perSecond, headers, body }: Pick<LoadOptions, 'perSecond' | 'headers' | 'body'>,
  signal: AbortSignal,
): Promise<LoadCounts> => {
  const load = startLoad({
    url: `${scene.url}/${body === undefined ? 'get-1k' : 'post-64k'}`,
    perSecond,
    ...(headers === undefined ? {} : { headers }),
    timeoutMs: 10_000,
    keptFailures: 100_000,
    fault: (_status, text) => (text.length === (body === undefined ? 1_024 : 2) ? undefined : 'wrong body'),
    ...(body === undefined ? {} : { body }),
  });
  try {
    for (let kill = 0; kill < kills; kill += 1) {
      const node = scene.nodes[kill % nodes];
      process.stderr.write(`  ${body === undefined ? 'GET' : 'POST'}: kill ${kill + 1} of ${kills}\n`);
      await pause(betweenMs, undefined, { signal });
      await node?.die();
      await pause(awayMs, undefined, { signal });
      await node?.comeBack();
    }
    return await load.stop();
  } finally {
    load.cut();
  }
};

/** How many answers of the proxy's were 5xx so far, by its own count; one that has counted none does not say so. */
const answered5xx = async (adminUrl: string): Promise<number> => {
  const text = await (await fetch(`${adminUrl}/metrics`, { signal: AbortSignal.timeout(5_000) })).text();
  return Number(/^doctor_monkey_proxy_requests_total\{code="5xx"\} (\d+)$/m.exec(text)?.[1] ?? 0);
};

/** What a request that had been sent when its node died is answered with. */
const diedUnderway = /^status 502: .*"because":"(?:reset|cut)"/;

const judge = (
  { path, getsPerSecond, postsPerSecond }: Turn,
  { gets, posts, counted }: { readonly gets: LoadCounts; readonly posts: LoadCounts; readonly counted: number },
): Finding => {
  const unsent = posts.failures.filter((failure) => !diedUnderway.test(failure));
  const missed = [
    ...(gets.failed > 0 ? [`${gets.failed} GETs failed: ${gets.failures[0] ?? ''}`] : []),
    ...(unsent.length > 0 ? [`${unsent.length} POSTs failed that need not: ${unsent[0] ?? ''}`] : []),
    ...(counted === posts.failed ? [] : [`the proxy counted ${counted} answers of 5xx, clients saw ${posts.failed}`]),
  ];
  const shown = ({ sent, failed, p50Ms, p99Ms }: LoadCounts): string =>
    `${sent} sent, ${failed} failed, p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`;
  return {
    lines: [
      `${kills} kills, one of ${nodes} nodes each, under ${getsPerSecond} GET/s of 1 KiB on the ${path} path: ${shown(gets)}; 0 failed wanted`,
      `${kills} kills, one of ${nodes} nodes each, under ${postsPerSecond} POST/s of 64 KiB on the ${path} path: ${shown(posts)}, ${unsent.length} of them needlessly; counted by the proxy: ${counted}`,
    ],
    missed,
  };
};

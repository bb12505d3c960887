/** What all parts stand on: the tools, a folder, a node, and what must be ended at the end. */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { CannotMeasure } from '../cannot-measure.ts';
import type { ProxyBench } from './bench.ts';
import { type Field, startNode } from './contenders.ts';
import { findTools, howToInstall, type Tool } from './tools.ts';
import type { WrkParts } from './wrk.ts';

export interface Stage {
  readonly tools: ReadonlyMap<Tool, string>;
  readonly field: Field;
  readonly wrk: WrkParts;
  /** Ended in reverse order. */
  readonly undo: (() => Promise<unknown>)[];
}

/** Runs what is given on a stage and clears the stage whatever happens. @throws Error where the machine cannot do it */
export const onStage = async <T>({ signal }: ProxyBench, play: (stage: Stage) => Promise<T>): Promise<T> => {
  const undo: Stage['undo'] = [];
  try {
    return await play(await set(signal, undo));
  } finally {
    for (const step of undo.reverse()) await step();
  }
};

const set = async (signal: AbortSignal, undo: Stage['undo']): Promise<Stage> => {
  const tools = await findTools();
  const [wrk, taskset] = [needed(tools, 'wrk'), needed(tools, 'taskset')];
  if (availableParallelism() < 2)
    throw new CannotMeasure('two cores are needed: one for wrk and the node, one for the proxy');
  for (const tool of ['nginx', 'haproxy'] as const)
    if (!tools.has(tool)) process.stderr.write(`left out: ${howToInstall(tool)}\n`);
  const dir = await mkdtemp(join(tmpdir(), 'doctor-monkey-bench-'));
  undo.push(() => rm(dir, { recursive: true, force: true }));
  const node = await startNode(tools, taskset, dir);
  undo.push(node.process.stop);
  process.stderr.write(`the node is ${node.kind}; it shares a core with wrk\n`);
  const nodeUrl = `http://127.0.0.1:${node.port}`;
  return { tools, field: { tools, taskset, dir, nodeUrl }, wrk: { wrk, taskset, dir, signal }, undo };
};

const needed = (tools: ReadonlyMap<Tool, string>, tool: Tool): string => {
  const found = tools.get(tool);
  if (found === undefined) throw new CannotMeasure(howToInstall(tool));
  return found;
};

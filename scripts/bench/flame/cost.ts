/**
 * What a capture costs the process that is captured: CPU for a request, without and with it, by turns. The client sends a
 * fixed number of requests, one after the other, so both runs do the same work; time that waits for a core is not counted.
 */
import { Agent, get } from 'node:http';
import { profilerOf } from '../../../monkey/flame/capture/profiler.ts';
import { procLook } from '../../../monkey/host/process-look.ts';
import { systemClock } from '../../../pool/clock.ts';
import { cpuMsOf } from '../cpu-of.ts';
import { percentile } from '../number.ts';
import { type Finding, type FlameBench, held } from './bench.ts';
import { withVictim } from './victim.ts';

const mostPercent = 5;
const hz = 200;
const requests = 3_000;

/** A healthy app: half a millisecond of work for a request, as rendering a page takes. */
const app = `
const work = (rows) => JSON.stringify(Array.from({ length: rows }, (_, id) => ({ id, name: 'cat ' + id, at: new Date(id * 1e7).toISOString() })));
require('node:http').createServer((request, response) => response.end(work(400))).listen(0, '127.0.0.1', function () { console.log(this.address().port); });
`;

export const costWhileCaptured = async ({ pairs, signal }: FlameBench): Promise<Finding> => {
  const costs: number[] = [];
  await withVictim(app, async ({ pid, port }) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    try {
      await load(port, agent, requests);
      for (let pair = 0; pair < pairs && !signal.aborted; pair += 1) {
        const alone = await cpuOfRun(pid, port, agent);
        const captured = await whileCaptured(pid, signal, () => cpuOfRun(pid, port, agent));
        costs.push(100 * (captured / alone - 1));
        process.stderr.write(`  pair ${pair + 1} of ${pairs}: ${costs.at(-1)?.toFixed(1)} %\n`);
      }
    } finally {
      agent.destroy();
    }
  });
  const spread = `; from ${Math.min(...costs).toFixed(1)} to ${Math.max(...costs).toFixed(1)} %`;
  const what = `CPU for a request while captured at ${hz} Hz, beyond without, ${costs.length} pairs, median`;
  return held(what, percentile(costs, 0.5), mostPercent, '%', spread);
};

/** CPU ms of the process for a run. */
const cpuOfRun = async (pid: number, port: number, agent: Agent): Promise<number> => {
  const before = await cpuMsOf(pid);
  await load(port, agent, requests);
  return (await cpuMsOf(pid)) - before;
};

/** Samples are taken from before the first request to after the last one: opening and closing count as well. */
const whileCaptured = async (pid: number, signal: AbortSignal, run: () => Promise<number>): Promise<number> => {
  const enough = new AbortController();
  const profiler = profilerOf(
    { kind: 'processes', name: 'the app', find: async () => ({ kind: 'found', pids: [pid] }) },
    { look: procLook(), clock: systemClock, path: '', by: 'inspector' },
  );
  const limits = { deadlineMs: 120_000, signal: AbortSignal.any([signal, enough.signal]) };
  const capturing = profiler.capture({ seconds: 100, hz }, limits);
  const cpuMs = await run();
  enough.abort();
  const captured = await capturing;
  if (captured.kind !== 'captured') throw new Error(captured.because);
  return cpuMs;
};

const load = async (port: number, agent: Agent, count: number): Promise<void> => {
  for (let sent = 0; sent < count; sent += 1) await once(port, agent);
};

const once = (port: number, agent: Agent): Promise<void> =>
  new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, agent }, (response) => {
      response.resume().once('end', resolve);
    }).once('error', reject);
  });

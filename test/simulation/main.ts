/** `npm run simulate`: runs schedules made from seeds until one shows a violation, and tells it in words. */
import { parseArgs } from 'node:util';
import { makeSchedule } from './make-schedule.ts';
import { runSchedule } from './run.ts';

const { values } = parseArgs({
  options: {
    schedules: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    tell: { type: 'boolean', default: false },
  },
});
const first = Number(values.seed);
const count = Number(values.schedules);
const beganMs = performance.now();
const beganCpu = process.cpuUsage();
let virtual = 0;
const sums = { commits: 0, admitted: 0, reboots: 0, notices: 0, wakings: 0 };
for (let index = 0; index < count; index += 1) {
  const seed = first + index;
  const schedule = makeSchedule(seed);
  const run = await runSchedule(schedule, values.tell ? (line) => console.log(line()) : undefined);
  virtual += run.lastedMs;
  for (const key of Object.keys(sums) as (keyof typeof sums)[]) sums[key] += run.counts[key];
  if (run.violation !== undefined) {
    console.log(`seed ${seed}: ${run.violation.law}: ${run.violation.because} at ${run.violation.atMs} ms`);
    if (process.env['STOP'] !== undefined) break;
  }
}
const ms = performance.now() - beganMs;
const cpu = process.cpuUsage(beganCpu);
const cpuMs = (cpu.user + cpu.system) / 1000;
console.log(
  `${count} schedules in ${(ms / 1000).toFixed(1)} s, ${(ms / count).toFixed(1)} ms each, ${(virtual / count / 1000).toFixed(0)} s virtual each, CPU ${(cpuMs / count).toFixed(1)} ms each`,
  JSON.stringify(sums),
);

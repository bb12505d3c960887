/** `npm run simulate`: see options.ts. */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { makeSchedule } from './make-schedule.ts';
import { added, type Found, noSums, runMany, type Said, type Sums } from './many.ts';
import { type Options, parseOptions, usage } from './options.ts';
import { runSchedule } from './run.ts';
import { shrink } from './shrink.ts';

interface Part {
  readonly first: number;
  readonly end: number;
}

function* seedsOf({ first, end }: Part): Iterable<number> {
  for (let seed = first; seed < end; seed += 1) yield seed;
}

/** A worker's heap grows with what it has run, to gigabytes after 10,000 schedules: so often a fresh one takes over. */
const schedulesOfWorker = 1_000;

function* partsOf({ schedules, seed, jobs }: Options): Generator<Part, undefined> {
  const end = seed + schedules;
  const size = Math.min(schedulesOfWorker, Math.ceil(schedules / jobs));
  for (let first = seed; first < end; first += size) yield { first, end: Math.min(end, first + size) };
}

/** A schedule makes much that is short-lived: with Node's own 16 MB a fifth of the time goes into collecting it. */
const maxYoungGenerationSizeMb = 128;

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const tellProgress = (line: string): void => void process.stderr.write(`${line}\n`);

const runAll = async (options: Options): Promise<{ sums: Sums; found: Found | undefined }> => {
  let sums = noSums;
  let found: Found | undefined;
  const workers = new Set<Worker>();
  const runPart = (part: Part): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL(import.meta.url), {
        workerData: part,
        resourceLimits: { maxYoungGenerationSizeMb },
      });
      workers.add(worker);
      worker
        .on('message', (said: Said) => {
          if (said.kind === 'done') sums = added(sums, said.sums);
          else if (found === undefined) {
            found = said.found;
            for (const one of workers) void one.terminate();
          }
        })
        .on('error', reject)
        .on('exit', () => {
          workers.delete(worker);
          resolve();
        });
    });
  const parts = partsOf(options);
  const work = async (): Promise<void> => {
    for (let next = parts.next(); next.done !== true && found === undefined; next = parts.next())
      await runPart(next.value);
  };
  const progress = setInterval(() => {
    tellProgress(
      `${sums.schedules} of ${options.schedules} schedules, ${sums.admitted} treatments, no violation so far`,
    );
  }, 10_000);
  try {
    await Promise.all(Array.from({ length: options.jobs }, work));
  } finally {
    clearInterval(progress);
    await Promise.all([...workers].map((worker) => worker.terminate()));
  }
  return { sums, found };
};

/** The violation in its smallest form, step by step. */
const tellFound = async ({ seed, violation }: Found, isToShrink: boolean): Promise<void> => {
  print(`seed ${seed} violates: ${violation.law}\n  ${violation.because}\n  at ${violation.atMs} ms of virtual time`);
  const whole = makeSchedule(seed);
  const small = isToShrink ? await shrink(whole, violation.law) : whole;
  print(
    `smaller: ${small.happenings.length} of ${whole.happenings.length} happenings, ${small.nodes} of ${whole.nodes} nodes; step by step:`,
  );
  print(`  policy ${JSON.stringify(small.policy)}`);
  await runSchedule(small, (line) => print(`  ${line()}`));
  print(`the whole of it: npm run simulate -- --seed ${seed} --schedules 1 --tell`);
};

const main = async (options: Options): Promise<number> => {
  const { schedules, seed, tell } = options;
  if (tell) {
    const { violation } = await runSchedule(makeSchedule(seed), (line) => print(line()));
    print(violation === undefined ? `seed ${seed}: no violation` : `seed ${seed} violates: ${violation.law}`);
    return violation === undefined ? 0 : 1;
  }
  tellProgress(`simulating ${schedules} schedules from seed ${seed}`);
  const beganMs = performance.now();
  const { sums, found } = await runAll(options);
  const seconds = (performance.now() - beganMs) / 1_000;
  if (found !== undefined) await tellFound(found, options.shrink);
  const done = `${sums.schedules} schedules from seed ${seed} in ${seconds.toFixed(0)} s`;
  const seen = `${(sums.virtualMs / 3_600_000).toFixed(1)} h of virtual time, ${sums.commits} commits, ${sums.admitted} treatments, ${sums.calls} calls to EC2, ${sums.notices} notices`;
  print(`${done}: ${seen}: ${found === undefined ? 'no violation' : `violated by seed ${found.seed}`}`);
  return found === undefined ? 0 : 1;
};

const parsed = parseOptions(process.argv.slice(2));
if (!isMainThread) await runMany(seedsOf(workerData as Part), (said) => parentPort?.postMessage(said));
else if (parsed.kind === 'run') process.exitCode = await main(parsed.options);
else {
  (parsed.kind === 'help' ? print : tellProgress)(
    parsed.kind === 'help' ? usage : `simulate: ${parsed.because}\n${usage}`,
  );
  process.exitCode = parsed.kind === 'help' ? 0 : 2;
}

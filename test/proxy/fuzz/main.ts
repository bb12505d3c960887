/** `npm run fuzz`: see options.ts. */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type Options, parseOptions, usage } from './options.ts';
import { type Fuzzed, fuzzAnswers, fuzzRequests } from './run.ts';

/** So many streams from one seed: what is found is had again with its seed and that many cases. */
const batch = 10_000;

interface Part {
  readonly seed: number;
  readonly cases: number;
  readonly kind: 'requests' | 'answers';
}
interface Done extends Fuzzed {
  readonly part: Part;
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const tell = (line: string): void => void process.stderr.write(`${line}\n`);

const partsOf = ({ cases, seed }: Options): Part[] => {
  const half = Math.ceil(cases / 2);
  const seeds = Array.from({ length: Math.ceil(half / batch) }, (_, index) => index);
  return seeds.flatMap((index) => {
    const part = { seed: seed + index, cases: Math.min(batch, half - index * batch) };
    return [
      { ...part, kind: 'requests' },
      { ...part, kind: 'answers' },
    ] as const;
  });
};

const runAll = async (options: Options): Promise<readonly Done[]> => {
  const waiting = partsOf(options);
  const done: Done[] = [];
  const workers = Array.from({ length: Math.min(options.jobs, waiting.length) }, () => {
    const worker = new Worker(new URL(import.meta.url), { workerData: 'fuzz' });
    const next = (): void => {
      const part = done.some(({ violation }) => violation !== undefined) ? undefined : waiting.shift();
      worker.postMessage(part);
    };
    worker.on('message', (one: Done) => {
      done.push(one);
      if (done.length % 10 === 0)
        tell(`${done.reduce((sum, { cases }) => sum + cases, 0)} of ${options.cases} streams`);
      next();
    });
    next();
    return worker;
  });
  await Promise.all(
    workers.map(
      (worker) =>
        new Promise<void>((resolve, reject) => {
          worker.on('error', reject).on('exit', () => resolve());
        }),
    ),
  );
  return done;
};

const serve = (): void => {
  parentPort?.on('message', (part: Part | undefined) => {
    if (part === undefined) parentPort?.close();
    else void runPart(part).then((done) => parentPort?.postMessage(done));
  });
};

const runPart = async (part: Part): Promise<Done> => {
  const fuzz = part.kind === 'requests' ? fuzzRequests : fuzzAnswers;
  return { ...(await fuzz(part.cases, part.seed)), part };
};

const main = async (options: Options): Promise<number> => {
  const beganMs = performance.now();
  const done = await runAll(options);
  const found = done.find(({ violation }) => violation !== undefined);
  if (found !== undefined) print(`${found.part.kind} of seed ${found.part.seed}: ${found.violation ?? ''}`);
  const sum = (kind: Part['kind'], what: 'cases' | 'taken'): number =>
    done.filter(({ part }) => part.kind === kind).reduce((total, one) => total + one[what], 0);
  const [requests, answers] = (['requests', 'answers'] as const).map(
    (kind) => `${sum(kind, 'cases')} streams of ${kind} (${sum(kind, 'taken')} taken)`,
  );
  const seconds = ((performance.now() - beganMs) / 1_000).toFixed(0);
  print(
    `${requests ?? ''} and ${answers ?? ''} from seed ${options.seed} in ${seconds} s: ${found === undefined ? 'no difference' : 'a difference'}`,
  );
  return found === undefined ? 0 : 1;
};

const parsed = parseOptions(process.argv.slice(2));
if (!isMainThread && workerData === 'fuzz') serve();
else if (parsed.kind === 'run') process.exitCode = await main(parsed.options);
else {
  (parsed.kind === 'help' ? print : tell)(parsed.kind === 'help' ? usage : `fuzz: ${parsed.because}\n${usage}`);
  process.exitCode = parsed.kind === 'help' ? 0 : 2;
}

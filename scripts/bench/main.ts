/** `npm run bench -- NAME`: the project's own benchmarks; each prints a table and exits 1 where a number is missed. */
import { parseArgs } from 'node:util';
import { CannotMeasure } from './cannot-measure.ts';
import { collect } from './collect/collect.ts';
import { flame } from './flame/flame.ts';
import { fleet } from './fleet/fleet.ts';
import { heal } from './heal/heal.ts';
import { wholeNumberOf } from './number.ts';
import { proxy } from './proxy/proxy.ts';
import { soak } from './soak/soak.ts';

const help = `npm run bench -- heal [--part PART] [--heals N] [--drains N] [--idle SECONDS]
npm run bench -- fleet [--part PART] [--nodes N]
npm run bench -- flame [--part PART] [--megabytes N] [--pairs N] [--perl PATH]
npm run bench -- collect [--part PART]
npm run bench -- proxy [--part PART] [--rounds N] [--seconds N] [--only NAME,NAME] [--work NAME,NAME]
npm run bench -- soak [--minutes N]

  heal   requests lost by heals under load, ours beside the original's way; how soon a drain is obeyed;
         how soon an agent serves; what an idle agent weighs
  PART   heals, original, drains, start or idle; all of them unless told
  fleet  findings on a whole fleet at once: answers, commits, notices; how long monkey why takes on 10,000 nodes
  PART   findings or why; all of them unless told

  flame  folding and drawing of profiles; how soon a stuck process is profiled, what that costs a healthy one
  PART   fold, memory, svg, stuck or cost; all of them unless told
  PATH   of stackcollapse-perf.pl, also by STACKCOLLAPSE_PERF: its speed beside ours

  collect  how long monkey services takes on a slow provider; what monkey collect costs, over real sshd
  PART   services, rounds, many or original; all of them unless told

  proxy  our proxy beside nginx, HAProxy, fast-proxy, @fastify/reply-from and http-proxy, under wrk: CPU for a request,
         requests per second, latency, memory; nodes that are killed under load
  PART   table, memory or crash; all of them unless told
  NAME   of --only: direct, nginx, haproxy, fast-proxy, reply-from, http-proxy-agent, http-proxy, ours, ours-slow;
         of --work: get-1k, post-64k, get-1m

  soak   the proxy under load while nodes leave, return and die and clients abort: memory, failures, counters
`;

const options = {
  part: { type: 'string' },
  heals: { type: 'string', default: '20' },
  drains: { type: 'string', default: '200' },
  idle: { type: 'string', default: '60' },
  nodes: { type: 'string', default: '1000' },
  megabytes: { type: 'string', default: '50' },
  pairs: { type: 'string', default: '10' },
  perl: { type: 'string' },
  rounds: { type: 'string', default: '5' },
  seconds: { type: 'string', default: '3' },
  minutes: { type: 'string', default: '10' },
  only: { type: 'string' },
  work: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** Of no use is what was asked: said on standard error, with what there is where that helps. */
const refuse = (because: string, more = ''): void => {
  process.stderr.write(`bench: ${because}\n${more}`);
  process.exitCode = 2;
};

const given = () => {
  try {
    return parseArgs({ allowPositionals: true, options });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    refuse(error.message, help);
    process.exit();
  }
};
const { values, positionals } = given();

const stop = new AbortController();
for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stop.abort(name));

const listOf = (text: string | undefined): readonly string[] | undefined => text?.split(',').map((name) => name.trim());

const benchmarks: Readonly<Record<string, () => Promise<readonly string[]>>> = {
  heal: () =>
    heal({
      part: values.part,
      heals: wholeNumberOf('--heals', values.heals),
      drains: wholeNumberOf('--drains', values.drains),
      idleSeconds: wholeNumberOf('--idle', values.idle),
      signal: stop.signal,
    }),
  proxy: () =>
    proxy({
      part: values.part,
      rounds: wholeNumberOf('--rounds', values.rounds),
      seconds: wholeNumberOf('--seconds', values.seconds),
      only: listOf(values.only),
      works: listOf(values.work),
      signal: stop.signal,
    }),
  flame: () =>
    flame({
      part: values.part,
      megabytes: wholeNumberOf('--megabytes', values.megabytes),
      pairs: wholeNumberOf('--pairs', values.pairs),
      perl: values.perl ?? process.env['STACKCOLLAPSE_PERF'],
      signal: stop.signal,
    }),
  soak: () => soak({ minutes: wholeNumberOf('--minutes', values.minutes), signal: stop.signal }),
  collect: () => collect({ part: values.part, signal: stop.signal }),
  fleet: () => fleet({ part: values.part, nodes: wholeNumberOf('--nodes', values.nodes), signal: stop.signal }),
};

const [name = '', ...others] = positionals;
const benchmark = Object.hasOwn(benchmarks, name) && others.length === 0 ? benchmarks[name] : undefined;
if (values.help) process.stdout.write(help);
else if (benchmark === undefined) {
  refuse(name === '' ? 'which benchmark?' : `no benchmark ${positionals.join(' ')}`, help);
} else {
  try {
    const missed = await benchmark();
    process.stdout.write(missed.length === 0 ? 'all numbers reached\n' : `missed: ${missed.join('; ')}\n`);
    process.exitCode = missed.length === 0 ? 0 : 1;
  } catch (error) {
    if (error instanceof CannotMeasure) refuse(`${name}: ${error.message}`);
    // What it had under way fails in ways of its own once it is told to stop.
    else if (!stop.signal.aborted) throw error;
    else {
      process.stderr.write(`bench ${name}: stopped before its end by ${String(stop.signal.reason)}\n`);
      process.exitCode = 1;
    }
  }
}

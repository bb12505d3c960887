/** `monkey why NODE`: the whole decision on a node as it stands now. */
import { systemClock } from '../../pool/clock.ts';
import type { Limits } from '../../pool/store.ts';
import { near } from '../../pool/suggest.ts';
import { unreadableNodes } from '../../pool/unreadable-nodes.ts';
import type { PoolView } from '../../pool/view.ts';
import { withWholeBeats } from '../../pool/whole-beats.ts';
import type { InstanceState } from '../doctor/ports/power.ts';
import { type Why, whyOf } from '../doctor/why/why.ts';
import { CommandFailed, type CommandModule, Exit, type Io } from './command.ts';
import { type OpenPool, withPool } from './pool-command.ts';
import { harmless, screenOf } from './print.ts';
import { type CommonOptions, configOf, wantsJson, withPoolOptions } from './settings.ts';
import { whyText } from './why-text.ts';

const shape = `
JSON: {node, service, url, nowMs, state, sinceMs, because, live, weight, owner, heldBy, orderedBy,
  busy, wants, relapses, lastTreatedMs,
  beat: {lastMs, silent, mode}, vitals: as its agent told them | null, finding: {kind, finding, because},
  remedy: {remedy, finding, because}, guards: [{guard, answer: allow | veto | not-asked, because, detail}],
  conclusion: {kind, because}, waiting: {for, because, untilMs, routers: [{id, atMs, silent, applied, inFlight}]} | null,
  next: [{what, atMs}], incident, incidents: [{id, openedMs, outcome, because, lastStep, lastStepMs}], warnings: [text],
  tookMs: from the first question to the answer}
  Times are milliseconds since 1970 by the clock of Redis; what is not known is null.`;

interface Options extends CommonOptions {
  readonly ec2?: true;
}

export const configure: CommandModule['configure'] = (command, io, done) => {
  withPoolOptions(command)
    .argument('<node>', 'id of the node')
    .option('--ec2', 'ask EC2 too whether the instance is running')
    .addHelpText('after', shape)
    .action(async (node: string, options: Options) => {
      const why = await withPool(io, options, (pool) => decideOn(node, pool, io, options), { once: true });
      io.out.write(wantsJson(options) ? `${JSON.stringify(why)}\n` : whyText(why, screenOf(io.out, io.env)));
      done(Exit.fine);
    });
};

/** As many of the pool's incidents as are kept: those of one node may be the oldest. */
const incidentsRead = 100;

const decideOn = async (id: string, { store, limits }: OpenPool, io: Io, options: Options): Promise<Told> => {
  const startedMs = systemClock.monotonicMs();
  const [pulses, beats, incidents, instance] = await Promise.all([
    store.view(limits()),
    store.beats([id], limits()),
    store.incidents(incidentsRead, limits()),
    options.ec2 === true ? instanceOf(id, io, options, limits()) : undefined,
  ]);
  const view = withWholeBeats(pulses, beats);
  const node = view.nodes.get(id);
  if (node === undefined) throw new CommandFailed(missing(view, id), Exit.bad);
  const why = whyOf(view, node, { incidents, viewAgeMs: 0, ...(instance === undefined ? {} : { instance }) });
  return { ...why, tookMs: Math.round(systemClock.monotonicMs() - startedMs) };
};

export type Told = Why & { readonly tookMs: number };

const missing = (view: PoolView, id: string): string => {
  const all = unreadableNodes(view);
  if (all !== undefined) return harmless(`the nodes cannot be read, so nobody can say: ${all.because}`);
  const garbage = view.garbage.find(({ key, field }) => key.endsWith(':nodes') && field === id);
  if (garbage !== undefined)
    return harmless(
      `the record of ${id} cannot be read: ${garbage.because}; it is out of rotation and nobody acts on it`,
    );
  const known = [...view.nodes.keys()];
  const names = near(id, known);
  if (names.length > 0) return harmless(`no node ${id}; did you mean ${names.join(' or ')}?`);
  return harmless(`no node ${id}; ${known.length === 0 ? 'the pool has none' : 'monkey nodes lists them'}`);
};

/** What EC2 says. Never throws: what cannot be asked is not known. */
const instanceOf = async (id: string, io: Io, options: CommonOptions, limits: Limits): Promise<InstanceState> => {
  const { ec2, agent } = await configOf(io, options);
  const { ec2Power } = await import('../cloud/ec2-power.ts');
  const { imds } = await import('../host/imds.ts');
  const region = ec2.region ?? (() => imds(agent.metadata, { clock: systemClock }).region(limits));
  const power = ec2Power({ region, endpoint: ec2.endpoint }, { clock: systemClock });
  try {
    return await power.describe(id, limits);
  } catch (error) {
    return { kind: 'unknown', because: error instanceof Error ? error.message : String(error) };
  } finally {
    power.close();
  }
};

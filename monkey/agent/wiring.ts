/** Where an agent's parts come together: the only file here that knows adapters. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type Clock, systemClock } from '../../pool/clock.ts';
import type { Log } from '../../pool/log.ts';
import type { PoolStore } from '../../pool/store.ts';
import { judgeNodeUrl } from '../../pool/url-allowed.ts';
import { ec2Power } from '../cloud/ec2-power.ts';
import type { Config } from '../config/config.ts';
import type { ProcessList } from '../doctor/ports/processes.ts';
import type { Profiler } from '../doctor/ports/profiler.ts';
import { deployFrom } from '../host/deploy.ts';
import { procEvidence } from '../host/evidence.ts';
import { journalLines, oomLines } from '../host/log-lines.ts';
import { thisMachine } from '../host/machine.ts';
import type { ProcessSelector } from '../host/options.ts';
import { procProcessList } from '../host/process-list.ts';
import { hostService, type ServiceOptions } from '../host/service/open.ts';
import { hostVitals } from '../host/vitals/host-vitals.ts';
import { nodeProbe } from '../probe/node-probe.ts';
import { runAgent } from './agent.ts';
import { AgentRefused } from './agent-refused.ts';
import { portOf } from './draining.ts';
import type { AgentOptions, AgentParts } from './parts.ts';
import { cronRounds } from './rounds.ts';

export { AgentRefused } from './agent-refused.ts';

/** Every call to Redis ends within this time: less than the age at which a view is stale. */
const poolDeadlineMs = 2_000;
const drainPollMs = 100;

export interface StartAgent {
  readonly config: Config;
  readonly store: PoolStore;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** A folder of the agent's own that goes with the machine's boot; without it nothing is left to the next agent. */
  readonly runtimeFolder?: string | undefined;
  /** The agent has joined the pool. */
  readonly onReady: () => void;
}

/**
 * Runs the agent of this node until the signal aborts.
 * @throws AgentRefused where it must not act as this node
 */
export const startAgent = async ({ config, store, log, signal, runtimeFolder, onReady }: StartAgent): Promise<void> => {
  const options = agentOptions(config);
  const allowed = judgeNodeUrl(options.url, config.pool);
  if (allowed.kind === 'refused') throw new AgentRefused(`node.url ${options.url} is refused: ${allowed.because}`);
  const profiler = appProfiler({ ...config.agent.app, port: options.appPort ?? portOf(options.url) }, config.agent, {
    clock: systemClock,
    runtimeFolder,
  });
  await runAgent(options, { ...agentParts(config, options, store, log), ...profiler }, signal, onReady);
};

const agentOptions = ({ agent, node, pool, policySource }: Config): AgentOptions => {
  if (node === undefined) throw new AgentRefused('the configuration has no section node');
  return {
    url: node.url,
    service: node.service ?? pool.name,
    mode: agent.mode,
    beatMs: agent.beat,
    poolDeadlineMs,
    drainPollMs,
    ...(node.port === undefined ? {} : { appPort: node.port }),
    ...(policySource === undefined ? {} : { policy: policySource }),
  };
};

const agentParts = (
  { agent, collect, node, ec2 }: Config,
  { url, appPort }: AgentOptions,
  store: PoolStore,
  log: Log,
): AgentParts => {
  const clock = systemClock;
  const machine = thisMachine(agent, { clock });
  const region = ec2.region ?? (() => machine.region({ deadlineMs: 5_000 }));
  const id = node?.id;
  const service = serviceOf(agent.service);
  const processes = procProcessList({ cpu: agent.cpu }, { clock });
  return {
    store,
    clock,
    log,
    machine: id === undefined ? machine : { ...machine, instanceId: () => Promise.resolve(id) },
    vitals: hostVitals(
      { cpu: agent.cpu, app: { ...agent.app, port: appPort ?? portOf(url) }, disks: agent.disks },
      { clock, log },
    ),
    probe: nodeProbe({ commands: agent.commands }),
    power: ec2Power({ region, endpoint: ec2.endpoint }, { clock }),
    ...(service === undefined ? {} : { service: hostService(service, { clock }) }),
    evidence: procEvidence({ cpu: agent.cpu }, { clock }),
    processes,
    ...(collect === undefined ? {} : { push: pushOf(collect, processes, clock, log) }),
    ...linesOf(agent),
    random: Math.random,
    newId: randomUUID,
    rounds: cronRounds(agent.rounds, agent.jitter),
  };
};

/** What tells statsd is loaded where it is told something, and only there. */
const pushOf =
  (
    { statsd, interval, maxDatagram, host = hostname(), ...lines }: NonNullable<Config['collect']>,
    processes: ProcessList,
    clock: Clock,
    log: Log,
  ): NonNullable<AgentParts['push']> =>
  async (signal) => {
    const { pushOwn } = await import('../collect/push-own.ts');
    const options = { ...lines, statsd, host, intervalMs: interval, datagramBytes: maxDatagram };
    await pushOwn(options, { processes, clock, log, random: Math.random }, signal);
  };

/** Where perf may be. */
const programsPath = '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin';

/** Loaded when it is first needed, or where an agent before us has left inspectors open: an idle one carries none of it. */
const appProfiler = (
  app: ProcessSelector,
  { evidence: { profiler } }: Config['agent'],
  { clock, runtimeFolder }: { readonly clock: Clock; readonly runtimeFolder: string | undefined },
): Pick<AgentParts, 'profiler'> => {
  const owed = runtimeFolder === undefined ? undefined : join(runtimeFolder, 'inspectors-asked.json');
  const open = (): Promise<Profiler> => openProfiler(app, profiler === 'perf' ? 'perf' : undefined, clock, owed);
  let opened = owed !== undefined && existsSync(owed) ? open() : undefined;
  opened?.catch(() => undefined);
  const capture: Profiler['capture'] = async (ask, limits) => {
    opened ??= open();
    return (await opened).capture(ask, limits);
  };
  const none: Profiler['capture'] = async () => ({ kind: 'not-captured', because: 'agent.evidence.profiler is off' });
  return {
    profiler: {
      capture: profiler === 'off' ? none : capture,
      settled: async () => (await opened)?.settled?.() ?? [],
    },
  };
};

const openProfiler = async (
  app: ProcessSelector,
  by: 'perf' | undefined,
  clock: Clock,
  owed: string | undefined,
): Promise<Profiler> => {
  const { profilerOf } = await import('../flame/capture/profiler.ts');
  const { debtsFile } = await import('../flame/capture/debts-file.ts');
  const { processesOf, procLook } = await import('../host/process-look.ts');
  const target = { kind: 'processes', name: 'the app', find: processesOf(app) } as const;
  const kept = owed === undefined ? undefined : debtsFile(owed);
  return profilerOf(target, { look: procLook(), clock, path: programsPath, by, kept });
};

const linesOf = ({
  evidence: { journal, lines, deployFile },
  service,
}: Config['agent']): Pick<AgentParts, 'journal' | 'kernelLog' | 'deploy'> => {
  const unit = journal ?? service?.unit;
  return {
    ...(unit === undefined || lines === 0 ? {} : { journal: journalLines({ unit, lines }) }),
    kernelLog: oomLines(),
    ...(deployFile === undefined ? {} : { deploy: deployFrom(deployFile) }),
  };
};

const serviceOf = (service: Config['agent']['service']): ServiceOptions | undefined => {
  if (service?.unit !== undefined) return { unit: service.unit };
  return service?.pidFile === undefined ? undefined : { pidFile: service.pidFile, signal: service.signal };
};

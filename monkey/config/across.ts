/** What is right in each section and makes no sense together. */
import { formatMs } from '../../pool/units.ts';
import { judgeNodeUrl } from '../../pool/url-allowed.ts';
import { check } from './explain.ts';
import { type Path, type Problem, pathText } from './problem.ts';
import { type FileSettings, fileSchema } from './schema.ts';
import { shortestGapMs } from './sections/cron.ts';

/** Looks at values in several sections. What it says is not told where one of `about` is wrong by itself. */
interface Rule {
  readonly about: readonly Path[];
  readonly judge: (settings: FileSettings) => Problem | undefined;
}

const urlWithinNetworks: Rule = {
  about: [
    ['node', 'url'],
    ['pool', 'allowedNetworks'],
    ['pool', 'allowedNames'],
  ],
  judge: ({ node, pool }) => {
    const judgement = node === undefined ? undefined : judgeNodeUrl(node.url, pool);
    if (judgement?.kind !== 'refused') return undefined;
    return { path: ['node', 'url'], because: `the node could not join: ${judgement.because}` };
  },
};

/** Beats that may be lost before a node counts as silent. */
const beatsToSpare = 3;

const beatsBeforeSilence: Rule = {
  about: [
    ['policy', 'silence', 'after'],
    ['agent', 'beat'],
  ],
  judge: ({ agent, policy }) => {
    if (policy === undefined || policy.silence.after >= agent.beat * beatsToSpare) return undefined;
    const [after, beat] = [formatMs(policy.silence.after), formatMs(agent.beat)];
    return {
      path: ['policy', 'silence', 'after'],
      because: `${after} is less than ${beatsToSpare} beats (agent.beat is ${beat}): a healthy node would count as silent`,
    };
  },
};

const jitterWithinRound: Rule = {
  about: [
    ['agent', 'jitter'],
    ['agent', 'rounds'],
  ],
  judge: ({ agent }) => {
    const gapMs = shortestGapMs(agent.rounds);
    if (agent.jitter < gapMs) return undefined;
    const because = `${formatMs(agent.jitter)} is not less than the ${formatMs(gapMs)} between two rounds (agent.rounds)`;
    return { path: ['agent', 'jitter'], because };
  },
};

const commandsKnown: Rule = {
  about: [
    ['policy', 'checks', 'run'],
    ['agent', 'commands'],
  ],
  judge: ({ agent, policy }) => {
    const orders = (policy?.checks.run ?? []).map((order, index) => ({ order, index }));
    for (const { order, index } of orders)
      if (order.kind === 'command' && !Object.hasOwn(agent.commands, order.name))
        return {
          path: ['policy', 'checks', 'run', index, 'name'],
          because: `agent.commands has no ${JSON.stringify(order.name)}: the check would always fail`,
        };
    return undefined;
  },
};

const adminBesideClients: Rule = {
  about: [
    ['proxy', 'admin'],
    ['proxy', 'listen'],
  ],
  judge: ({ proxy: { admin, listen } }) => {
    if (admin === 'off' || admin.port === 0 || admin.port !== listen.port) return undefined;
    const everywhere = ['0.0.0.0', '::'];
    if (admin.host !== listen.host && ![admin.host, listen.host].some((host) => everywhere.includes(host)))
      return undefined;
    return { path: ['proxy', 'admin'], because: `port ${admin.port} is taken by proxy.listen already` };
  },
};

/** What each worker gets a share of. */
const limitsOfWorkers = (['connections', 'perAddress', 'inFlight'] as const).map(
  (key): Rule => ({
    about: [
      ['proxy', 'workers'],
      ['proxy', 'limits', key],
    ],
    judge: ({ proxy: { workers, limits } }) =>
      limits[key] >= workers
        ? undefined
        : {
            path: ['proxy', 'limits', key],
            because: `${limits[key]} is less than the ${workers} workers among which it is divided (proxy.workers)`,
          },
  }),
);

const rules: readonly Rule[] = [
  adminBesideClients,
  ...limitsOfWorkers,
  urlWithinNetworks,
  beatsBeforeSilence,
  jitterWithinRound,
  commandsKnown,
];

/** Every contradiction between sections, of a file that is right in each; `besides` are the problems it had. */
export const contradictions = (settings: FileSettings, besides: readonly Problem[] = []): readonly Problem[] =>
  rules
    .filter(({ about }) => !about.some((path) => besides.some((problem) => touches(problem.path, path))))
    .map(({ judge }) => judge(settings))
    .filter((problem) => problem !== undefined);

/** Contradictions that a file has beside its problems: found in what is left of it without them. */
export const contradictionsBeside = (data: unknown, problems: readonly Problem[]): readonly Problem[] => {
  const rest = problems.reduce((left, { path }) => without(left, path), data);
  const checked = check(fileSchema, withStandIns(rest));
  return checked.kind === 'value' ? contradictions(checked.value, problems) : [];
};

const touches = (one: Path, other: Path): boolean => {
  const [short = '', long = ''] = [pathText(one), pathText(other)].sort((a, b) => a.length - b.length);
  return short === long || long.startsWith(`${short}.`) || long.startsWith(`${short}[`);
};

const without = (data: unknown, [key, ...rest]: Path): unknown => {
  if (key === undefined) return data;
  if (!isSection(data)) return undefined;
  const inner = rest.length === 0 ? undefined : without(data[key], rest);
  const others = Object.entries(data).filter(([name]) => name !== key);
  return Object.fromEntries(inner === undefined ? others : [...others, [key, inner]]);
};

/** Puts something in the place of what must be there and is not; sections that nothing can stand in for go. */
const withStandIns = (data: unknown): unknown => {
  if (!isSection(data)) return data;
  const { node, slack, pool, ...others } = data;
  const { redis, ...rest } = isSection(pool) ? pool : {};
  return {
    ...others,
    pool: { name: 'stand-in', ...rest, redis: standInRedis(redis) },
    ...(isSection(node) && node['url'] !== undefined ? { node } : {}),
    ...(isSection(slack) && slack['channel'] !== undefined ? { slack } : {}),
  };
};

const standInRedis = (redis: unknown): unknown => {
  const given = isSection(redis) ? redis : {};
  const somewhere = ['url', 'sentinels', 'cluster'].some((key) => given[key] !== undefined);
  return somewhere ? given : { url: 'redis://stand-in' };
};

/** A list is none: taking an entry out of it would move the others, so it goes as a whole. */
const isSection = (value: unknown): value is Readonly<Record<string, unknown>> =>
  value instanceof Object && !Array.isArray(value);

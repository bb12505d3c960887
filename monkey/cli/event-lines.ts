/** Events of the pool as lines for people. Pure. */
import type { PoolEvent } from '../../pool/commit.ts';
import { formatMs } from '../../pool/units.ts';
import { type Colour, harmless, paint, type Screen } from './print.ts';

const colours: Readonly<Record<string, Colour>> = {
  serving: 'green',
  checking: 'blue',
  quarantined: 'red',
  lost: 'red',
};

/** One line for each node that the commit touched, and for the lever and the policy. `before` holds states by id. */
export const eventLines = (
  event: PoolEvent,
  before: ReadonlyMap<string, string>,
  screen: Screen,
): readonly string[] => {
  const time = paint(new Date(event.atMs).toISOString().slice(11, 19), 'dim', screen);
  const nodes = Object.entries(event.nodes).map(([id, record]) => {
    if (record === null) return `${harmless(id)} is forgotten`;
    const was = before.get(id);
    const now = paint(harmless(record.state), colours[record.state] ?? 'yellow', screen);
    const change = was === undefined || was === record.state ? now : `${harmless(was)} → ${now}`;
    return `${harmless(id)}  ${change}  ${harmless(record.because)}`;
  });
  const told = [...nodes, ...leverLine(event), ...policyLine(event)];
  return (told.length === 0 ? [harmless(event.what)] : told).map((text) => `${time}  ${text}`);
};

const leverLine = ({ lever, atMs }: PoolEvent): readonly string[] => {
  if (lever === undefined) return [];
  if (lever === null) return ['healing goes on'];
  const until = lever.untilMs === undefined ? '' : ` for ${formatMs(lever.untilMs - atMs)}`;
  return [harmless(`healing is paused by ${lever.by}${until}: ${lever.because}`)];
};

const policyLine = ({ policyVersion }: PoolEvent): readonly string[] =>
  policyVersion === undefined ? [] : [`the policy is now version ${policyVersion}`];

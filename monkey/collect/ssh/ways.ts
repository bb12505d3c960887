/** What a connection leads to, and what it is kept under. */
import type { Hops, Route } from './route.ts';

export type Way = Pick<Hops, 'over' | 'last'>;

/** Two ways to a host that go over different jumps, or as different users, are different connections. */
export const keyOf = (way: Way): string => {
  const known = keys.get(way);
  if (known !== undefined) return known;
  const key = JSON.stringify([...way.over, way.last]);
  keys.set(way, key);
  return key;
};

/** A way is asked for its key several times in each round, and routes are kept. */
const keys = new WeakMap<Way, string>();

/** The way to the last host that is jumped over; undefined where the host is connected to directly. */
export const wayBefore = ({ over }: Way): Way | undefined => {
  const last = over.at(-1);
  return last === undefined ? undefined : { over: over.slice(0, -1), last };
};

/** Of all connections that a route needs. */
export const keysOf = (route: Route): readonly string[] => (route.kind === 'problem' ? [] : keysOfWay(route));

const keysOfWay = (way: Way): readonly string[] => {
  const before = wayBefore(way);
  return before === undefined ? [keyOf(way)] : [...keysOfWay(before), keyOf(way)];
};

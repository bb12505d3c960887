/** How the parts of a view are read, so that whoever reads a pool over and over may remember what it has read. */
import { type PolicyRead, parsePolicySource, parseRouter, type Read } from './parse-parts.ts';
import { parseRecord } from './parse-record.ts';
import { parsePulse } from './pulse.ts';
import type { NodeRecord } from './record.ts';
import type { PoolKeys } from './redis/keys.ts';
import { type ReadNamed, remembered, rememberedFromPassToPass } from './remembered.ts';
import type { Beat, Garbage, RouterReport } from './view.ts';

export interface Parsers {
  readonly record: ReadNamed<NodeRecord | Garbage>;
  readonly pulse: ReadNamed<Read<Beat>>;
  readonly router: ReadNamed<Read<RouterReport>>;
  readonly policySource: ReadNamed<PolicyRead>;
}

/** Each text is read whenever it is asked for. */
export const plainParsers = (keys: PoolKeys): Parsers => ({
  record: (id, json) => parseRecord(keys.nodes, id, json),
  pulse: parsePulse,
  router: (_router, json) => parseRouter(json),
  policySource: (_name, json) => parsePolicySource(json),
});

/** The policy is remembered: reading it costs more than a hundred records, and it seldom changes. */
const policyRemembered = (keys: PoolKeys): Parsers => {
  const plain = plainParsers(keys);
  return { ...plain, policySource: remembered(plain.policySource, 1) };
};

/**
 * For who reads view after view: what is called before each. Whoever drains looks ten times a second, and in between
 * little has changed; parsing a thousand nodes and their beats anew would cost it a third of a core.
 */
export const rememberedFromViewToView = (keys: PoolKeys): (() => Parsers) => {
  const { policySource, ...plain } = policyRemembered(keys);
  const record = rememberedFromPassToPass(plain.record);
  const pulse = rememberedFromPassToPass(plain.pulse);
  const router = rememberedFromPassToPass(plain.router);
  return () => ({ policySource, record: record(), pulse: pulse(), router: router() });
};

/** Everything is remembered, of up to `most` nodes. */
export const allRemembered = (keys: PoolKeys, most = 10_000): Parsers => {
  const plain = policyRemembered(keys);
  return {
    ...plain,
    record: remembered(plain.record, most),
    pulse: remembered(plain.pulse, most),
    router: remembered(plain.router, most),
  };
};

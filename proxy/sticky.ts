/**
 * Whose requests go to the same node again: all with the same value of a cookie or of a header.
 *
 * Nothing is remembered and no cookie is set. Each node gets a score from the value, and the highest one wins
 * (rendezvous hashing: D. Thaler, C. Ravishankar, "A Name-Based Mapping Scheme for Rendezvous", 1996), so that all
 * routers agree, and that only the clients of a node that is gone move, evenly to the others.
 */
import type { Candidate } from './candidate.ts';

/** Header names are in lower case. */
export type StickyRule =
  | { readonly kind: 'cookie'; readonly name: string }
  | { readonly kind: 'header'; readonly name: string };

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The value that decides, as a number of 32 bits; undefined where the request has none: any node will do. */
export const stickyKey = (rule: StickyRule | undefined, headers: Headers): number | undefined => {
  if (rule === undefined) return undefined;
  const found = headers[rule.kind === 'cookie' ? 'cookie' : rule.name];
  const text = typeof found === 'string' ? found : found?.join(rule.kind === 'cookie' ? '; ' : ', ');
  const value = rule.kind === 'header' || text === undefined ? text : cookieIn(text, rule.name);
  return value === undefined || value === '' ? undefined : hashOf(value);
};

/** Of several cookies of one name the first counts; that is the one with the longest path (RFC 6265, 5.4). */
const cookieIn = (text: string, name: string): string | undefined => {
  for (const pair of text.split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
};

/** The node of the highest score `weight / -ln(hash)`: each gets the share of its weight. Undefined: there is nobody. */
export const byKey = <C extends Candidate & { readonly idHash: number }>(
  candidates: readonly C[],
  key: number,
): C | undefined => {
  let highest = Number.NEGATIVE_INFINITY;
  let found: C | undefined;
  for (const candidate of candidates) {
    // Half a step up, so that it is neither 0 nor 1.
    const share = (mixed(candidate.idHash ^ key) + 0.5) / 2 ** 32;
    const score = candidate.shareNow / -Math.log(share);
    if (found !== undefined && score <= highest) continue;
    highest = score;
    found = candidate;
  }
  return found;
};

/** FNV-1a over the code units, then mixed: https://datatracker.ietf.org/doc/html/draft-eastlake-fnv */
export const hashOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return mixed(hash);
};

/** The finalizer of MurmurHash3: every bit of the input moves half of the output. */
const mixed = (value: number): number => {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
};

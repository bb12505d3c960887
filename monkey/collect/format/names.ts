/*
 * Names that pass through statsd, Graphite and DogStatsD unchanged, see docs/decisions/0029.
 *
 * statsd turns white space into `_` and `/` into `-`, and deletes everything else but letters, digits and `_ - .`
 * (sanitizeKeyName in its stats.js), so that `kworker/0:1` would be `kworker-01` there, and so would `kworker/01`.
 * Nothing that it would touch is left for it to touch.
 *
 * INVARIANTS
 * - A name holds letters, digits, `_` and `-` of ASCII only (in tags of hosts also `.`), and is never empty.
 * - `distinctNames` gives no two different wholes one name.
 */
import { createHash } from 'node:crypto';

/** On Linux a command has 15 bytes at most. Longer ones come from elsewhere. */
const commandMost = 64;
/** A segment of a Graphite path is a folder's name, 255 bytes at most; a tag of Datadog has 200 characters. */
const hostMost = 180;

/** `tmux: server` → `tmux__server`, `kworker/0:1` → `kworker-0_1`, `café` → `caf_ue9`, an empty one → `unnamed`. */
export const commandName = (command: string): string => {
  const known = commandNames.get(command);
  if (known !== undefined) return known;
  const own = detached(command);
  const name = cut(readable(own), own, commandMost) || 'unnamed';
  if (commandNames.size >= commandNamesMost) commandNames.clear();
  commandNames.set(own, name);
  return name;
};

/** Remembered, since a fleet runs the same few hundred commands everywhere, every minute. */
const commandNames = new Map<string, string>();
const commandNamesMost = 10_000;

/** The same text on its own: V8 keeps the whole of what 13 characters or more were sliced from, here a host's answer. */
const detached = (text: string): string => Buffer.from(text, 'utf16le').toString('utf16le');

/** Dots become dashes, as do the colons of IPv6: `web.1` → `web-1`, `::1` → `--1`, `web.1:2222` → `web-1_2222`. */
export const hostName = (host: string): string => {
  const { address, port } = partsOf(host);
  return cut(readable(address.replace(/[.:]/g, '-')) + port, host, hostMost) || 'unnamed';
};

/** The same for a tag, where a dot is no syntax: `web.1` stays, as Datadog would call the host itself. */
export const hostTag = (host: string): string => {
  const { address, port } = partsOf(host);
  const parts = address.replace(/:/g, '-').split('.').map(readable);
  return cut(parts.join('.') + port, host, hostMost) || 'unnamed';
};

/**
 * A name for each of these, no two the same. Whoever needs no change is called by its own name. Of others that come to
 * the same name, or to the name of such a one, each gets the first digits of the SHA-256 of what it is really called:
 * `a_b`, `a_b_6783a3`.
 */
export const distinctNames = (
  wholes: Iterable<string>,
  nameOf: (whole: string) => string,
): ReadonlyMap<string, string> => {
  const sharers = new Map<string, string[]>();
  for (const whole of new Set(wholes)) sharers.set(nameOf(whole), [...(sharers.get(nameOf(whole)) ?? []), whole]);
  const names = new Map<string, string>();
  const unnamed: string[] = [];
  for (const [name, sharing] of sharers)
    for (const whole of sharing)
      if (sharing.length === 1 || whole === name) names.set(whole, name);
      else unnamed.push(whole);
  const taken = new Set(names.values());
  for (const whole of unnamed.sort()) {
    const name = [6, 16, 64].map((digits) => withDigest(nameOf(whole), whole, digits)).find((made) => !taken.has(made));
    if (name === undefined) throw new Error(`no name is left for ${JSON.stringify(whole)}`);
    taken.add(name);
    names.set(whole, name);
  }
  return names;
};

/** Every character that is not plain as one `_`, so that what people see keeps its shape; not of ASCII by its number. */
const readable = (text: string): string =>
  text.replace(/\//g, '-').replace(/[^\w-]/gu, (character) => {
    const number = character.codePointAt(0) ?? 0;
    return number < 128 ? '_' : `_u${number.toString(16)}`;
  });

const cut = (name: string, whole: string, most: number): string =>
  name.length <= most ? name : withDigest(name.slice(0, most - 7), whole, 6);

const withDigest = (name: string, whole: string, digits: number): string =>
  `${name}_${createHash('sha256').update(whole).digest('hex').slice(0, digits)}`;

/** A host as `hostOf` writes it. A colon alone is before a port, several are an IPv6 address. */
const partsOf = (host: string): { readonly address: string; readonly port: string } => {
  const found = /^(?:\[([^\]]*)\]|([^:]*)):(\d+)$/.exec(host);
  if (found === null) return { address: host, port: '' };
  return { address: found[1] ?? found[2] ?? '', port: `_${found[3]}` };
};

/** Reads a scenario: a text of lines, each a byte string that one side sends or gets, or an event. See README.md. */

export interface Scenario {
  /** The behaviour, in a sentence. */
  readonly about: string;
  readonly settings: ReadonlyMap<string, string>;
  /** The only path that this holds for, where it is not both. */
  readonly only: string | undefined;
  readonly steps: readonly Step[];
  /** `GET / HTTP/1.1` and the like, in the order in which clients send them, by client. */
  readonly requests: ReadonlyMap<string, readonly string[]>;
}

export type Happening =
  | 'opens'
  | 'closes'
  | 'resets'
  | 'shuts'
  | 'pauses'
  | 'resumes'
  | 'closed'
  | 'reset'
  | 'gone'
  | 'blocked';

export type Step = { readonly line: number; readonly peer: string } & (
  | { readonly kind: 'send' | 'get'; readonly text: string }
  /** Our own answer; `isLast` where the connection is to be closed after it. */
  | { readonly kind: 'ours'; readonly statuses: readonly number[]; readonly because: string; readonly isLast: boolean }
  | { readonly kind: 'happen'; readonly what: Happening }
  | { readonly kind: 'same'; readonly other: string; readonly isSame: boolean }
);

const happenings: ReadonlySet<string> = new Set<Happening>([
  'opens',
  'closes',
  'resets',
  'shuts',
  'pauses',
  'resumes',
  'closed',
  'reset',
  'gone',
  'blocked',
]);
const isHappening = (word: string): word is Happening => happenings.has(word);

export const routerId = 'wire';
/** What the router says of itself in `Via`. */
const routerName = `doctor-monkey-${routerId}`;

export const parseScenario = (text: string): Scenario => {
  const about: string[] = [];
  const settings = new Map<string, string>();
  let only: string | undefined;
  const steps: Step[] = [];
  let isOpen = false;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = index + 1;
    const [first = '', ...rest] = raw.split(' ');
    if (first === '') isOpen = false;
    else if (first === '#') about.push(rest.join(' '));
    else if (first === 'only') only = rest[0];
    else if (first === 'router')
      for (const [key = '', value = ''] of rest.map((s) => s.split('='))) settings.set(key, value);
    else {
      const step = parseStep(line, raw);
      const last = steps.at(-1);
      const goesOn = isOpen && (step.kind === 'send' || step.kind === 'get') && last?.kind === step.kind;
      if (goesOn && last.peer === step.peer) steps[steps.length - 1] = { ...last, text: last.text + step.text };
      else steps.push(step);
      isOpen = true;
    }
  }
  return { about: about.join(' '), settings, only, steps, requests: requestsIn(steps) };
};

const parseStep = (line: number, raw: string): Step => {
  const [, peer = '', arrow, bytes = ''] = /^((?:client|node)\d*)([<>]) (.*)$/.exec(raw) ?? [];
  if (arrow === '>') return { kind: 'send', line, peer, text: bytesOf(bytes) };
  if (arrow === '<') return ours(line, peer, bytes) ?? { kind: 'get', line, peer, text: bytesOf(bytes) };
  const [who = '', what = '', ...rest] = raw.split(' ');
  if (what === 'is') {
    return { kind: 'same', line, peer: who, other: rest.at(-1) ?? '', isSame: rest[0] !== 'not' };
  }
  if (!/^(?:client|node)\d*$/.test(who) || !isHappening(what) || rest.length > 0) {
    throw new Error(`line ${line} is no step: ${raw}`);
  }
  return { kind: 'happen', line, peer: who, what };
};

const ours = (line: number, peer: string, text: string): Step | undefined => {
  const [, kind, status = '', because = ''] = /^\{(refused|failed) (\d{3}(?:\/\d{3})*)(?: (.*))?\}$/.exec(text) ?? [];
  if (kind === undefined) return undefined;
  return { kind: 'ours', line, peer, statuses: status.split('/').map(Number), because, isLast: kind === 'refused' };
};

const requestsIn = (steps: readonly Step[]): Map<string, string[]> => {
  const requests = new Map<string, string[]>();
  for (const step of steps) {
    if (step.kind !== 'send' || !step.peer.startsWith('client')) continue;
    const found = step.text.match(/^[A-Z]+ \S+ HTTP\/1\.[01]\r$/gm) ?? [];
    requests.set(step.peer, [...(requests.get(step.peer) ?? []), ...found.map((text) => text.trimEnd())]);
  }
  return requests;
};

const single: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t', v: '\v', f: '\f', '0': '\0', '\\': '\\' };

const bytesOf = (text: string): string =>
  expand(text).replace(/\\(?:x([0-9a-f]{2})|(.))/gi, (whole, hex?: string, letter = '') =>
    hex === undefined ? (single[letter] ?? whole) : String.fromCharCode(Number.parseInt(hex, 16)),
  );

/** The inner ones first: `{repeat 3 {get /}}`. */
const expand = (text: string): string => {
  const once = text.replace(
    /\{(\w+)(?: ([^{}]*))?\}/g,
    (whole, name: string, rest = '') => macros[name]?.(rest) ?? whole,
  );
  return once === text ? text : expand(once);
};

const added = (host: string): string =>
  `via: 1.1 ${routerName}\r\nx-forwarded-for: 127.0.0.1\r\nx-forwarded-host: ${host}\r\nx-forwarded-proto: http\r\n`;

/** What stands for much text, or for text that says nothing where it stands. */
const macros: Readonly<Record<string, (rest: string) => string>> = {
  bytes: (count) => '0123456789abcdef'.repeat(Math.ceil(Number(count) / 16)).slice(0, Number(count)),
  repeat: (rest) => {
    const [, count = '0', what = ''] = /^(\d+) (.*)$/.exec(rest) ?? [];
    return what.repeat(Number(count));
  },
  router: () => routerName,
  added,
  get: (target) => `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`,
  got: (target) => `GET ${target} HTTP/1.1\r\nhost: a\r\n${added('a')}\r\n`,
  ok: (body) => `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
};

/** The same text as it can be read on a screen. */
export const visible = (text: string): string =>
  JSON.stringify(text.length > 2_000 ? `${text.slice(0, 2_000)} and ${text.length - 2_000} more` : text)
    .replace(/[\u007f-\u00ff]/g, (char) => `\\x${char.charCodeAt(0).toString(16)}`)
    .replaceAll('\\u00', '\\x');

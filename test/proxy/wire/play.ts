/** Plays a scenario against a router, and says where it and the file part. */
import { end } from './canon.ts';
import type { Peer } from './peer.ts';
import { type Happening, type Scenario, type Step, visible } from './script.ts';
import { openStage, type Path, type WireStage } from './stage.ts';

/** For what comes at once on an idle machine; what the router waits for itself is made short by the file. */
const patienceMs = 15_000;
/** Rounds of the event loop in which all that is on its way within this process arrives. */
const settleTurns = 6;

/** Rejects with the line, what it expects and what came instead. */
export const play = async (name: string, scenario: Scenario, path: Path): Promise<void> => {
  const stage = await openStage(scenario, path);
  const bound = new Map<string, Peer>();
  try {
    for (const step of scenario.steps) await perform(step, new Cast(stage, bound), `${name}:${step.line}`);
    await nothingMore(stage, scenario, name);
  } finally {
    await stage.stop();
  }
};

/** Who is who: clients are opened when first named, nodes are the connections that the router makes. */
class Cast {
  readonly stage: WireStage;
  readonly #bound: Map<string, Peer>;
  constructor(stage: WireStage, bound: Map<string, Peer>) {
    this.stage = stage;
    this.#bound = bound;
  }

  async named(name: string, isToRead: boolean, at: string): Promise<Peer> {
    if (name.startsWith('client')) return this.stage.client(name);
    const known = this.#bound.get(name);
    if (known !== undefined) return known;
    const find = (): Peer | undefined => {
      const { nodes } = this.stage;
      const unread = nodes.find(({ hasUnread }) => hasUnread);
      return unread ?? (isToRead ? undefined : nodes.findLast(({ isBound }) => !isBound));
    };
    await this.until(
      () => find() !== undefined,
      () => `${at}: nothing came to ${name}`,
    );
    const peer = find();
    if (peer === undefined) throw new Error(`${at}: ${name} has gone`);
    peer.isBound = true;
    this.#bound.set(name, peer);
    return peer;
  }

  async until(isTrue: () => boolean, problem: () => string): Promise<void> {
    const untilMs = performance.now() + patienceMs;
    let late = (): void => undefined;
    const lateness = new Promise<void>((resolve) => {
      late = resolve;
    });
    const timer = setTimeout(late, patienceMs + 1);
    try {
      while (!isTrue()) {
        if (performance.now() > untilMs) throw new Error(problem());
        await Promise.race([this.stage.change(), lateness]);
      }
    } finally {
      clearTimeout(timer);
    }
  }
}

const perform = async (step: Step, cast: Cast, at: string): Promise<void> => {
  const peer = await cast.named(step.peer, step.kind === 'get', at);
  switch (step.kind) {
    case 'send':
      peer.send(step.text);
      return turns(settleTurns);
    case 'get':
      return get(step.peer, peer, step.text, cast, at);
    case 'ours':
      return ours(step, peer, cast, at);
    case 'same': {
      const other = await cast.named(step.other, true, at);
      if ((other === peer) !== step.isSame)
        throw new Error(`${at}: it is ${step.isSame ? 'another' : 'the same'} connection`);
      return undefined;
    }
    case 'happen':
      return happen(step.what, step.peer, peer, cast, at);
  }
};

const get = async (name: string, peer: Peer, text: string, cast: Cast, at: string): Promise<void> => {
  const before = peer.expected.text.length;
  peer.expected.feed(text);
  const wanted = peer.expected.text.slice(before);
  if (wanted === '' || peer.expected.hasHalfHead) throw new Error(`${at}: half a head cannot be compared`);
  await compare(name, peer, wanted, cast, at);
};

/** Takes what is wanted off what came; fails as soon as something else has come. */
const compare = async (name: string, peer: Peer, wanted: string, cast: Cast, at: string): Promise<void> => {
  const came = (): string => peer.actual.text.slice(peer.cursor, peer.cursor + wanted.length);
  const isThere = (): boolean => peer.actual.text.length - peer.cursor >= wanted.length || peer.ending !== undefined;
  const problem = (): string => difference(name, wanted, came(), peer, at);
  await cast.until(isThere, problem);
  if (came() !== wanted) throw new Error(problem());
  peer.cursor += wanted.length;
};

const difference = (name: string, wanted: string, came: string, { ending }: Peer, at: string): string => {
  let same = 0;
  while (same < wanted.length && wanted[same] === came[same]) same += 1;
  const from = Math.max(0, wanted.lastIndexOf('\n', same - 1) + 1);
  return [
    `${at}: ${name} ${same === came.length ? 'got too little' : 'got something else'}${ending === undefined ? '' : `, and was ${ending}`}`,
    `  expected: ${visible(wanted)}`,
    `  got:      ${visible(came)}`,
    `  expected there: ${visible(wanted.slice(from, from + 100))}`,
    `  got there:      ${visible(came.slice(from, from + 100))}`,
  ].join('\n');
};

/** An answer of the router's own: its status and its reason count, and that it is whole. */
const ours = async (step: Step & { kind: 'ours' }, peer: Peer, cast: Cast, at: string): Promise<void> => {
  const whole = new RegExp(`^HTTP/1\\.1 (\\d{3}) [^\\r\\n]*\\r\\n((?:[^\\r\\n]+\\r\\n)*)\\r\\n([^${end}]*)${end}`);
  const find = (): RegExpExecArray | null => whole.exec(peer.actual.text.slice(peer.cursor));
  const isThere = (): boolean =>
    (find() !== null && (!step.isLast || peer.ending !== undefined)) || peer.ending !== undefined;
  const problem = (why: string): string =>
    `${at}: ${why}\n  got: ${visible(peer.actual.text.slice(peer.cursor))}${peer.ending === undefined ? ', still open' : `, ${peer.ending}`}`;
  await cast.until(isThere, () =>
    problem(`no whole answer ${step.statuses.join(' or ')}${step.isLast ? ', or no end after it' : ''}`),
  );
  const [text = '', status = '', head = '', body = ''] = find() ?? [];
  if (!step.statuses.includes(Number(status))) throw new Error(problem(`not ${step.statuses.join(' or ')}`));
  if (step.because !== '' && becauseIn(body) !== step.because) throw new Error(problem(`not because ${step.because}`));
  if (step.isLast && !/^connection: close$/im.test(head)) throw new Error(problem('it does not say that it closes'));
  if (peer.actual.text.length > peer.cursor + text.length && step.isLast)
    throw new Error(problem('more came after it'));
  peer.cursor += text.length;
  peer.expected.skipAnswer();
  if (step.isLast) peer.expected.close();
};

const becauseIn = (body: string): string =>
  String(Reflect.get(Object(JSON.parse(body === '' ? '{}' : body)), 'because'));

const happen = async (what: Happening, name: string, peer: Peer, cast: Cast, at: string): Promise<void> => {
  switch (what) {
    case 'opens':
      return turns(settleTurns);
    case 'closes':
      peer.close();
      return turns(settleTurns);
    case 'resets':
      peer.reset();
      return turns(settleTurns);
    case 'shuts':
      peer.shut();
      return turns(settleTurns);
    case 'pauses':
      peer.pause();
      return;
    case 'resumes':
      peer.resume();
      return;
    case 'blocked':
      return blocked(peer, at);
    case 'closed':
    case 'reset':
    case 'gone':
      return gone(what, name, peer, cast, at);
  }
};

/** The connection has ended, in that way; what it cut short is compared as well. */
const gone = async (
  what: 'closed' | 'reset' | 'gone',
  name: string,
  peer: Peer,
  cast: Cast,
  at: string,
): Promise<void> => {
  await cast.until(
    () => peer.ending !== undefined,
    () => `${at}: ${name} is still open`,
  );
  if (what !== 'gone' && peer.ending !== what)
    throw new Error(`${at}: ${name} was ${peer.ending ?? 'left open'}, not ${what}`);
  const before = peer.expected.text.length;
  peer.expected.close();
  await compare(name, peer, peer.expected.text.slice(before), cast, at);
};

/** Nobody takes what was sent: it stays where it is through many rounds. */
const blocked = async (peer: Peer, at: string): Promise<void> => {
  for (let still = 0, tries = 0; still < 20; tries += 1) {
    const before = peer.waiting;
    await turns(settleTurns);
    still = peer.waiting === before ? still + 1 : 0;
    if (tries > 20_000) throw new Error(`${at}: it never comes to rest`);
  }
  if (peer.waiting === 0) throw new Error(`${at}: all that was sent has been taken`);
};

/** What the file does not mention must not have happened: bytes, connections with bytes, the end of a client. */
const nothingMore = async (stage: WireStage, { steps }: Scenario, name: string): Promise<void> => {
  await turns(settleTurns);
  for (const [who, peer] of stage.clients) unread(who, peer, name);
  for (const peer of stage.nodes) unread('a node', peer, name);
  for (const [who, { ending }] of stage.clients) {
    const isTold = steps.some((step) => step.peer === who && endsClient(step));
    if (ending !== undefined && !isTold) throw new Error(`${name}: ${who} was ${ending}, and the file does not say so`);
  }
  const untilMs = performance.now() + patienceMs;
  while (stage.inFlight() !== 0) {
    if (performance.now() > untilMs) throw new Error(`${name}: ${stage.inFlight()} still count as in flight`);
    for (const peer of [...stage.clients.values(), ...stage.nodes]) peer.destroy();
    await turns(1);
  }
};

const endings: ReadonlySet<string> = new Set(['closes', 'resets', 'closed', 'reset', 'gone']);
const endsClient = (step: Step): boolean =>
  (step.kind === 'ours' && step.isLast) || (step.kind === 'happen' && endings.has(step.what));

const unread = (who: string, { actual, cursor, hasUnread }: Peer, name: string): void => {
  if (hasUnread)
    throw new Error(
      `${name}: ${who} got more than the file says: ${visible(actual.text.slice(cursor) || 'half a head')}`,
    );
};

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

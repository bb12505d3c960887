/** Who hears what `monkey watch` follows: a program, a log, or a person at a terminal. */
import { createLogUpdate } from 'log-update';
import type { OutboxCounts } from '../../pool/store.ts';
import type { PoolView } from '../../pool/view.ts';
import type { Io } from './command.ts';
import { eventLines } from './event-lines.ts';
import type { Teller } from './follow.ts';
import { nodesText } from './nodes.ts';
import { nodesAnswer } from './nodes-answer.ts';
import { harmless, screenOf } from './print.ts';

/** One object a line. */
export const programTeller = ({ out }: Pick<Io, 'out'>): Teller => {
  const line = (value: object): void => void out.write(`${JSON.stringify(value)}\n`);
  return {
    view: ({ version, nodes }) =>
      line({
        kind: 'pool',
        version,
        nodes: Object.fromEntries([...nodes.values()].map(({ id, state }) => [id, state])),
      }),
    event: ({ version, commit, atMs, what, nodes, lever, policyVersion }) =>
      line({ kind: 'event', ...{ version, commit, atMs, what, nodes, lever, policyVersion } }),
    away: (because) => line({ kind: 'away', because }),
  };
};

/** Lines that are only added, for a pipe or a file; the first say how the outbox was, and later ones do not. */
export const logTeller = (
  { out, env }: Pick<Io, 'out' | 'env'>,
  name: string,
  outboxAtFirst: OutboxCounts | null = null,
): Teller => {
  let outbox = outboxAtFirst;
  const screen = screenOf(out, env);
  const states = new Map<string, string>();
  const write = (text: string): void => void out.write(`${text}\n`);
  return {
    view: (view) => {
      remember(states, view);
      write(nodesText(nodesAnswer(name, view, outbox), screen).trimEnd());
      outbox = null;
    },
    event: (event) => {
      for (const text of eventLines(event, states, screen)) write(text);
      note(states, event.nodes);
    },
    away: (because) => write(harmless(because)),
  };
};

/** Events scroll by above a table that stays, drawn anew with every view. */
export const screenTeller = (
  { out, env }: Pick<Io, 'out' | 'env'>,
  name: string,
): Teller & { readonly end: () => void } => {
  const screen = screenOf(out, env);
  const states = new Map<string, string>();
  const live = createLogUpdate(out, { showCursor: true });
  let shown = '';
  const above = (lines: readonly string[]): void => {
    live.clear();
    out.write(`${lines.join('\n')}\n`);
    live(shown);
  };
  return {
    view: (view) => {
      remember(states, view);
      shown = `\n${nodesText(nodesAnswer(name, view), screen).trimEnd()}`;
      live(shown);
    },
    event: (event) => {
      above(eventLines(event, states, screen));
      note(states, event.nodes);
    },
    away: (because) => above([harmless(because)]),
    end: () => live.done(),
  };
};

const remember = (states: Map<string, string>, view: PoolView): void => {
  states.clear();
  for (const { id, state } of view.nodes.values()) states.set(id, state);
};

const note = (
  states: Map<string, string>,
  nodes: Readonly<Record<string, { readonly state: string } | null>>,
): void => {
  for (const [id, record] of Object.entries(nodes)) {
    if (record === null) states.delete(id);
    else states.set(id, record.state);
  }
};

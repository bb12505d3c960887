import type { Probe } from '../doctor/ports/probe.ts';
import type { CheckKind } from './probe-kind.ts';

/** Checks that pass or fail as a test says. */
export interface FakeProbe extends Probe {
  /** From now on checks of this kind fail with this detail, or pass where it is undefined. */
  readonly fail: (kind: CheckKind, detail: string | undefined) => void;
  /** How many tries there were, of all kinds. */
  readonly tries: () => number;
}

export const fakeProbe = (): FakeProbe => {
  const wrong = new Map<CheckKind, string>();
  let tries = 0;
  return {
    check: async (order, { url }, { signal }) => {
      tries += 1;
      const name = 'name' in order && order.name !== undefined ? `${order.kind} ${order.name}` : order.kind;
      const detail = signal?.aborted === true ? 'stopped before there was an answer' : wrong.get(order.kind);
      return { name, ok: detail === undefined, detail: detail ?? `${url} is as it should be`, ms: 1 };
    },
    fail: (kind, detail) => {
      if (detail === undefined) wrong.delete(kind);
      else wrong.set(kind, detail);
    },
    tries: () => tries,
  };
};

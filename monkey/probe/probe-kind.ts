import type { CheckOrder } from '../../pool/policy.ts';

export type CheckKind = CheckOrder['kind'];
/** The order of one kind of check; of all kinds where none is named. */
export type OrderOf<K extends CheckKind = CheckKind> = {
  [P in K]: Extract<CheckOrder, { kind: P }> & { readonly kind: P };
}[K];

/** What one try of a check saw, in a sentence. */
export interface Seen {
  readonly ok: boolean;
  readonly detail: string;
}

/** What a check may need beside its order. */
export interface ProbeContext {
  /** Programs that this node's own configuration allows, by name: program and arguments. */
  readonly commands: Readonly<Record<string, readonly string[]>>;
  /** Where programs are looked for. */
  readonly path: string;
  readonly deadlineMs: number;
  /** Aborts at the deadline, or when nobody wants the answer any more. */
  readonly signal: AbortSignal;
}

/** One kind of check. `run` may throw: then the check has failed, with the error's message for a detail. */
export interface ProbeKind<K extends CheckKind> {
  readonly name: (order: OrderOf<K>, url: URL) => string;
  readonly run: (order: OrderOf<K>, url: URL, context: ProbeContext) => Promise<Seen>;
}

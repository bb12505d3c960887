/*
 * INVARIANTS
 * - A fault strikes at most `times` times, and never once it is undone or its time is over.
 * - What a fault began is told when it ends, exactly once: its `undone` aborts.
 */
import { randomUUID } from 'node:crypto';
import { Listeners, type Unsubscribe } from '../listeners.ts';
import { type Fault, type FaultAsked, type FaultOf, faultSchema } from './fault.ts';

const faultsAtMost = 200;

export interface InjectedFault {
  readonly id: string;
  readonly fault: Fault;
  readonly injectedAtMs: number;
  /** How often it has struck. */
  readonly struck: number;
}

/** A fault that strikes now; `undone` aborts when it is taken back. */
export interface Strike<Kind extends Fault['kind']> {
  readonly fault: FaultOf<Kind>;
  readonly undone: AbortSignal;
}

interface Active {
  readonly id: string;
  readonly fault: Fault;
  readonly injectedAtMs: number;
  readonly end: AbortController;
  readonly timer: NodeJS.Timeout | undefined;
  struck: number;
}

export type Injection = { readonly kind: 'injected'; readonly injected: InjectedFault } | FaultRefused;
interface FaultRefused {
  readonly kind: 'refused';
  readonly because: string;
}

/** The faults that are in force. */
export class Faults {
  readonly #active = new Map<string, Active>();
  readonly #injected: Listeners<{ readonly fault: Fault; readonly undone: AbortSignal }>;

  readonly #isInstance: (id: string) => boolean;

  constructor(isInstance: (id: string) => boolean, onBug: (error: unknown) => void) {
    this.#isInstance = isInstance;
    this.#injected = new Listeners(onBug);
  }

  /** Puts a fault in force; refuses what is no fault, saying why. */
  ask(asked: unknown): Injection {
    const parsed = faultSchema.safeParse(asked);
    if (!parsed.success) return { kind: 'refused', because: parsed.error.issues.map(problem).join('; ') };
    if (this.#active.size >= faultsAtMost) return { kind: 'refused', because: `at most ${faultsAtMost} at once` };
    const fault = parsed.data;
    if ('instance' in fault && fault.instance !== undefined && !this.#isInstance(fault.instance))
      return { kind: 'refused', because: `instance: there is no ${fault.instance}` };
    const active = this.#activate(fault);
    this.#injected.tell({ fault: active.fault, undone: active.end.signal });
    return { kind: 'injected', injected: shown(active) };
  }

  /** Like `ask`, for who knows what a fault is: throws where it is refused. */
  inject(asked: FaultAsked): InjectedFault {
    const injection = this.ask(asked);
    if (injection.kind === 'refused') throw new Error(`no such fault: ${injection.because}`);
    return injection.injected;
  }

  list(): readonly InjectedFault[] {
    return [...this.#active.values()].map(shown);
  }

  undo(id: string): 'undone' | 'unknown' {
    const active = this.#active.get(id);
    if (active === undefined) return 'unknown';
    this.#active.delete(id);
    clearTimeout(active.timer);
    active.end.abort();
    return 'undone';
  }

  undoAll(): void {
    for (const id of [...this.#active.keys()]) this.undo(id);
  }

  /** The oldest fault of a kind that applies here, if there is one: it has struck then. */
  strike<Kind extends Fault['kind']>(
    kind: Kind,
    applies: (fault: FaultOf<Kind>) => boolean = () => true,
  ): Strike<Kind> | undefined {
    for (const active of this.#active.values()) {
      const { fault } = active;
      if (!isOf(fault, kind) || !applies(fault) || isSpent(active)) continue;
      active.struck += 1;
      return { fault, undone: active.end.signal };
    }
    return undefined;
  }

  onInjected(listener: (heard: { readonly fault: Fault; readonly undone: AbortSignal }) => void): Unsubscribe {
    return this.#injected.add(listener);
  }

  #activate(fault: Fault): Active {
    const id = randomUUID();
    const timer = fault.forMs === undefined ? undefined : setTimeout(() => this.undo(id), fault.forMs);
    timer?.unref();
    const active: Active = { id, fault, injectedAtMs: Date.now(), end: new AbortController(), timer, struck: 0 };
    this.#active.set(id, active);
    return active;
  }
}

const isOf = <Kind extends Fault['kind']>(fault: Fault, kind: Kind): fault is FaultOf<Kind> => fault.kind === kind;

const isSpent = ({ fault, struck }: Active): boolean =>
  'times' in fault && fault.times !== undefined && struck >= fault.times;

const shown = ({ id, fault, injectedAtMs, struck }: Active): InjectedFault => ({ id, fault, injectedAtMs, struck });

const problem = ({ path, message }: { path: readonly PropertyKey[]; message: string }): string =>
  path.length === 0 ? message : `${path.map(String).join('.')}: ${message}`;

import type { Limits } from './store.ts';

/** Thrown by `within`: the deadline passed, or whoever asked no longer wants the answer. */
export class OutOfTime extends Error {
  readonly code: 'deadline-passed' | 'stopped';
  constructor(code: OutOfTime['code'], deadlineMs: number) {
    super(code === 'stopped' ? 'stopped before there was an answer' : `no answer within ${Math.round(deadlineMs)} ms`);
    this.name = 'OutOfTime';
    this.code = code;
  }
}

/**
 * Runs `work` under its limits. Settles with the work, or rejects with OutOfTime at the deadline or when the signal
 * aborts, even if the work takes no notice; `work` gets a signal that aborts then too. Nothing stays behind on the
 * caller's signal, however long that lives.
 */
export const within = async <T>(limits: Limits, work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
  const ending = new AbortController();
  const { promise: ended, reject } = deferred();
  const end = (code: OutOfTime['code']): void => {
    const error = new OutOfTime(code, limits.deadlineMs);
    reject(error);
    ending.abort(error);
  };
  const stop = (): void => end('stopped');
  const timer = setTimeout(() => end('deadline-passed'), limits.deadlineMs);
  limits.signal?.addEventListener('abort', stop, { once: true });
  try {
    if (limits.signal?.aborted === true) stop();
    return await Promise.race([ended, ending.signal.aborted ? ended : work(ending.signal)]);
  } finally {
    clearTimeout(timer);
    limits.signal?.removeEventListener('abort', stop);
  }
};

const deferred = (): { readonly promise: Promise<never>; readonly reject: (error: Error) => void } => {
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<never>((_resolve, refuse) => {
    reject = refuse;
  });
  promise.catch(() => undefined);
  return { promise, reject };
};

/** What the first process of a proxy and its workers say to each other. What arrives is checked: it crossed a border. */
import * as z from 'zod';
import { numbersSchema } from '../numbers.ts';
import { tellingSchema } from '../telling.ts';

/** Who a worker is; told when it is started. */
const order = z.object({
  worker: z.int().min(1),
  of: z.int().min(1),
  /** What it is called in the pool, never used before. */
  router: z.string(),
  /** What all workers call themselves in `Via`. */
  pseudonym: z.string(),
});

/** A file as it was read, or not there. */
const readFile = z.union([z.object({ text: z.string() }), z.object({ missing: z.literal(true) })]);

const toWorker = z.discriminatedUnion('kind', [
  /** What the first process has read: the worker lives by the same, whatever the files hold by now. */
  z.object({ kind: z.literal('begin'), files: z.record(z.string(), readFile) }),
  z.object({ kind: z.literal('tell'), ask: z.int() }),
  z.object({ kind: z.literal('reopen-logs') }),
]);

const fromWorker = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('serving'), url: z.string() }),
  z.object({ kind: z.literal('failed'), because: z.string() }),
  /** A sign of life, with its counters, so that they outlive it. */
  z.object({ kind: z.literal('alive'), counters: numbersSchema }),
  z.object({ kind: z.literal('told'), ask: z.int(), telling: tellingSchema, numbers: numbersSchema }),
]);

export type Order = z.output<typeof order>;
export type ToWorker = z.output<typeof toWorker>;
export type FromWorker = z.output<typeof fromWorker>;
export type Told = Pick<Extract<FromWorker, { kind: 'told' }>, 'telling' | 'numbers'>;
export type ReadFiles = Extract<ToWorker, { kind: 'begin' }>['files'];

/** Undefined: it is none of ours. */
export const parseToWorker = (message: unknown): ToWorker | undefined => toWorker.safeParse(message).data;
export const parseFromWorker = (message: unknown): FromWorker | undefined => fromWorker.safeParse(message).data;

/** Where a worker finds its order, in its environment. */
export const orderVariable = 'DOCTOR_MONKEY_PROXY_WORKER';

/** Undefined: this process is no worker. */
export const parseOrder = (text: string | undefined): Order | undefined => {
  if (text === undefined) return undefined;
  try {
    return order.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};

/** `monkey proxy`, where the process is one of several workers: what leads to the first process, and what came from it. */
import { type Order, orderVariable, parseOrder, parseToWorker, type ReadFiles } from '../../proxy/workers/messages.ts';
import type { Channel } from '../../proxy/workers/serve.ts';
import type { ReadFile } from '../config/read-secret.ts';
import { CommandFailed, Exit, type Io } from './command.ts';

export interface AsWorker {
  readonly order: Order;
  readonly channel: Channel;
  /** Its files are those that the first process has read; it stops when that one is gone. */
  readonly io: Io;
}

const beginWithinMs = 30_000;

/** Undefined: this process is no worker. */
export const asWorker = async (io: Io): Promise<AsWorker | undefined> => {
  const order = parseOrder(io.env[orderVariable]);
  if (order === undefined || process.send === undefined) return undefined;
  const orphaned = new AbortController();
  process.once('disconnect', () => orphaned.abort('disconnect'));
  const signal = AbortSignal.any([io.signal, orphaned.signal]);
  const files = await begun(signal);
  return { order, channel, io: { ...io, signal, readFile: readingFrom(files, io.readFile) } };
};

const channel: Channel = {
  send: (message) =>
    new Promise((resolve) => {
      if (process.send === undefined || !process.connected) resolve();
      else process.send(message, undefined, undefined, () => resolve());
    }),
  hear: (take) => void process.on('message', take),
};

const begun = (signal: AbortSignal): Promise<ReadFiles> =>
  new Promise((resolve, reject) => {
    const fail = (because: string): void =>
      reject(new CommandFailed(`the worker does not start: ${because}`, Exit.bad));
    const timer = setTimeout(() => fail('the first process says nothing'), beginWithinMs);
    signal.addEventListener('abort', () => fail('it was told to stop'), { once: true });
    channel.hear((given) => {
      const message = parseToWorker(given);
      if (message?.kind !== 'begin') return;
      clearTimeout(timer);
      resolve(message.files);
    });
  });

/** What was read answers; all else is read. */
export const readingFrom =
  (files: ReadFiles, readFile: ReadFile): ReadFile =>
  async (path) => {
    const file = files[path];
    if (file === undefined) return readFile(path);
    if ('text' in file) return file.text;
    throw Object.assign(new Error(`ENOENT: no such file or directory, open '${path}'`), { code: 'ENOENT' });
  };

/** Reads, and remembers what was read for workers. */
export const remembering = (read: ReadFile): { readonly readFile: ReadFile; readonly files: ReadFiles } => {
  const files: ReadFiles = {};
  const readFile: ReadFile = async (path) => {
    try {
      const text = await read(path);
      files[path] = { text };
      return text;
    } catch (error) {
      if (error instanceof Error && Reflect.get(error, 'code') === 'ENOENT') files[path] = { missing: true };
      throw error;
    }
  };
  return { readFile, files };
};

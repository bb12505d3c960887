#!/usr/bin/env node
/** Where the process comes in: its arguments, environment, streams and signals, and its exit code goes out. */
import { readFile } from 'node:fs/promises';
import type { Io } from './command.ts';
import { commands } from './commands.ts';
import { run } from './program.ts';

const stopSignal = (): AbortSignal => {
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(name, () => stop.abort(name));
  return stop.signal;
};

/** `monkey nodes | head -1`: whoever reads has seen enough. */
const endWithReader = (stream: NodeJS.WriteStream): void => {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
};

const io: Io = {
  env: process.env,
  out: process.stdout,
  err: process.stderr,
  signal: stopSignal(),
  readFile: (path) => readFile(path, 'utf8'),
  openPool: async (access, log) => (await import('./open-pool.ts')).openPool(access, log),
};

/** What a command left open may not keep the process alive once its answer is out. */
const lingerMs = 200;
const endWhenWritten = (): void => {
  if (process.stdout.writableLength + process.stderr.writableLength === 0) process.exit();
  setTimeout(endWhenWritten, 50);
};

endWithReader(process.stdout);
endWithReader(process.stderr);
process.exitCode = await run(process.argv.slice(2), io, commands);
setTimeout(endWhenWritten, lingerMs).unref();

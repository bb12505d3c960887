#!/usr/bin/env node
/** Where the process comes in: its arguments, environment, streams and signals, and its exit code goes out. */
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Exit, Io } from './command.ts';
import { commands } from './commands.ts';
import { endWithStreams } from './endings.ts';
import { run } from './program.ts';

// The SDK is pinned to a version for this Node; what it says of later ones is for who updates it, not for who is on call.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

const stop = new AbortController();
// Not `once`: a second Ctrl-C, or the terminal that closes after the first, must not cut short the putting away.
for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => stop.abort(name));
let onHangup = (): boolean => false;
process.on('SIGHUP', () => {
  if (!onHangup()) stop.abort('SIGHUP');
});

const io: Io = {
  env: process.env,
  out: process.stdout,
  err: process.stderr,
  signal: stop.signal,
  hangup: (take) => {
    onHangup = take;
  },
  readFile: (path) => readFile(path, 'utf8'),
  openFile: (path) => (path === '-' ? process.stdin : createReadStream(path, { highWaterMark: 256 * 1024 })),
  openPool: async (access, log, how) => (await import('./open-pool.ts')).openPool(access, log, how),
};

/** What a command left open may not keep the process alive once its answer is out. */
const lingerMs = 200;
const unwritten = (stream: NodeJS.WriteStream): number => (stream.destroyed ? 0 : stream.writableLength);
const endWhenWritten = (): void => {
  if (unwritten(process.stdout) + unwritten(process.stderr) === 0) process.exit();
  setTimeout(endWhenWritten, 50);
};

let lost: Exit | undefined;
endWithStreams(
  { out: process.stdout, err: process.stderr },
  {
    stop: (because) => stop.abort(because),
    exitWith: (exit) => {
      lost = exit;
      process.exitCode = exit;
    },
  },
);
const exit = await run(process.argv.slice(2), io, commands);
process.exitCode = lost ?? exit;
setTimeout(endWhenWritten, lingerMs).unref();

/** The app's process: `node app.js [--port N] [--host HOST]`; environment: PORT, HOST, NODE_ID, BOOT_ID_FILE. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startApp } from './server.ts';

const drainDeadlineMs = 10_000;

const { values } = parseArgs({ options: { port: { type: 'string' }, host: { type: 'string' } } });
const { PORT, HOST, NODE_ID, BOOT_ID_FILE } = process.env;

const portFrom = (text: string): number => {
  const port = Number(text);
  if (text.trim() === '' || !Number.isInteger(port) || port < 0 || port > 65_535) {
    process.stderr.write(`meow: the port must be a number from 0 to 65535, not ${JSON.stringify(text)}\n`);
    process.exit(2);
  }
  return port;
};

const bootIdFrom = (file: string | undefined): string | undefined => {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    // The app is useful without knowing its boot.
    return undefined;
  }
};

const app = await startApp({
  node: NODE_ID,
  bootId: bootIdFrom(BOOT_ID_FILE),
  host: values.host ?? HOST ?? '127.0.0.1',
  port: portFrom(values.port ?? PORT ?? '8080'),
}).catch((error: unknown) => {
  process.stderr.write(`meow: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
process.stdout.write(
  `${JSON.stringify({ event: 'listening', url: app.url, port: Number(new URL(app.url).port || 80) })}\n`,
);

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    // A leftover handle (a burning request, say) must not keep the process: the drain is over when `stop` says so.
    void app.stop(drainDeadlineMs).then(() => process.exit(0));
  });
}

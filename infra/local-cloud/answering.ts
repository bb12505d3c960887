import { connect } from 'node:net';
import { loopback } from './http/serve.ts';
import { until } from './wait.ts';

const connectDeadlineMs = 1000;

/** Resolves once somebody listens on each of the ports; rejects at the deadline or when the signal aborts. */
export const untilAllListen = async (
  ports: readonly number[],
  { deadlineMs, signal }: { readonly deadlineMs: number; readonly signal?: AbortSignal },
): Promise<void> => {
  const limits = { deadlineMs, everyMs: 50, ...(signal === undefined ? {} : { signal }) };
  await Promise.all(
    ports.map(async (port) => {
      if ((await until(() => listens(port), limits)) === 'too-late') throw new Error(`nobody listens on port ${port}`);
    }),
  );
};

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: loopback, port });
    const end = (listening: boolean): void => {
      socket.destroy();
      resolve(listening);
    };
    socket.setTimeout(connectDeadlineMs, () => end(false));
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });

import type { Agent } from 'node:http';
import type { Socket } from 'node:net';

const lookEveryMs = 1_000;

/**
 * Closes kept connections that have carried nothing for `forMs` to `forMs` and a second: before the node closes them,
 * which it might do just when a request is on its way. The agent's own timeout would do the same, but sets and clears
 * timers with every request; this looks once a second. Returns what ends it.
 */
export const closeIdleConnections = (agent: Agent, forMs: number): (() => void) => {
  const looksAllowed = Math.ceil(forMs / lookEveryMs);
  let seen = new Map<Socket, { readonly written: number; readonly looks: number }>();
  const look = (): void => {
    const now: typeof seen = new Map();
    for (const socket of idleConnections(agent)) {
      const before = seen.get(socket);
      const looks = before?.written === socket.bytesWritten ? before.looks + 1 : 0;
      if (looks >= looksAllowed) socket.destroy();
      else now.set(socket, { written: socket.bytesWritten, looks });
    }
    seen = now;
  };
  const timer = setInterval(look, lookEveryMs);
  timer.unref();
  return () => clearInterval(timer);
};

export const idleConnections = (agent: Agent): readonly Socket[] =>
  Object.values(agent.freeSockets).flatMap((sockets) => [...(sockets ?? [])]);

/** Kept on the socket itself: a set of all that rest is a table that each request would change twice. */
const resting = Symbol('resting');

interface Kept extends Socket {
  [resting]?: boolean;
}

/**
 * Closes a kept connection whose node says something unasked: it would be taken for the answer to the next request.
 */
export const closeTalkative = (agent: Agent): void => {
  // Heard from its first rest on: to begin and end listening with each request costs more than to look.
  const onData = function (this: Kept): void {
    if (this[resting] === true) this.destroy();
  };
  agent.on('free', (socket: Kept) => {
    if (socket[resting] === undefined) socket.on('data', onData);
    socket[resting] = true;
  });
  const reuse = agent.reuseSocket.bind(agent);
  agent.reuseSocket = (socket, request) => {
    Reflect.set(socket, resting, false);
    reuse(socket, request);
  };
};

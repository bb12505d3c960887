/*
 * A WebSocket between a client and a node.
 *
 * INVARIANTS
 * - When one side closes, the other is closed within a second, whatever it does.
 * - A close frame of ours never lands inside a frame of the node's.
 */
import type { Socket } from 'node:net';
import { closeFrame, goingAway, watchFrames } from './frames.ts';

/** How long a side may take to close once the other has, or was asked to. */
const closingMs = 1_000;

/** Returns how the tunnel is closed from here: with 1001 where that can be said, and then by force. */
export const keepTunnel = (client: Socket, node: Socket): (() => void) => {
  const frames = watchFrames();
  node.on('data', (chunk: Buffer) => frames.see(chunk));
  return () => {
    if (frames.isBetweenFrames() && client.writable) client.write(closeFrame(goingAway));
    destroyLater(client);
    destroyLater(node);
  };
};

/** When the node closes, so does the client: first in peace, to get what is on its way, then by force. */
export const closeBoth = (client: Socket, node: Socket): void => {
  node.once('close', () => {
    client.end();
    destroyLater(client);
  });
};

const destroyLater = (socket: Socket): void => {
  if (socket.destroyed) return;
  const timer = setTimeout(() => socket.destroy(), closingMs);
  socket.once('close', () => clearTimeout(timer));
};

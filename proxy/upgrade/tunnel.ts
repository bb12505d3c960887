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
  // Once they are joined: what came with the node's yes would flow at once, past the client.
  process.nextTick(() => node.on('data', (chunk: Buffer) => frames.see(chunk)));
  let isClosing = false;
  return () => {
    if (isClosing) return;
    isClosing = true;
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

/**
 * Notices that a client goes while it waits: Node reads nothing from a socket that it has handed over, so neither an
 * end nor a reset would be seen. What the client says already stays unread. Returns what ends the watch.
 */
export const watchForEnd = (client: Socket): (() => void) => {
  const onReadable = (): void => {
    // At the end of the stream this is what makes it say so.
    if (client.readableLength === 0) client.read();
  };
  const onEnd = (): void => void client.destroy();
  client.on('readable', onReadable);
  client.once('end', onEnd);
  return () => {
    client.off('readable', onReadable);
    client.off('end', onEnd);
  };
};

const destroyLater = (socket: Socket): void => {
  if (socket.destroyed) return;
  const timer = setTimeout(() => socket.destroy(), closingMs);
  socket.once('close', () => clearTimeout(timer));
};

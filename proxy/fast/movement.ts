/** Does a slow reader still take something? Its system takes a large write in pieces, which a stream does not tell. */
import type { Socket } from 'node:net';

/** Bytes that wait for the system to take them, of the write that is under way. */
const queued = (socket: Socket): number => {
  const handle: unknown = Reflect.get(socket, '_handle');
  const size: unknown = typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'writeQueueSize') : 0;
  return typeof size === 'number' ? size : 0;
};

export class Movement {
  #left = -1;

  /** Bytes have left since it was asked last. */
  hasMoved(socket: Socket): boolean {
    const left = socket.bytesWritten - socket.writableLength - queued(socket);
    const isNew = left !== this.#left;
    this.#left = left;
    return isNew;
  }

  /** Something waits for its reader, who takes it, if only slowly. Asked for the first time it is always so. */
  isTaking(socket: Socket | null): boolean {
    return socket !== null && socket.writableLength > 0 && this.hasMoved(socket);
  }
}

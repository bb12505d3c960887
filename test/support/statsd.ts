/** A statsd that writes down what it receives. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

export interface HearingStatsd {
  readonly port: number;
  /** All lines so far, in the order of their arrival. */
  readonly lines: () => readonly string[];
  readonly datagrams: () => readonly Buffer[];
  readonly stop: () => Promise<void>;
}

export const hearingStatsd = async (): Promise<HearingStatsd> => {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 1_024 * 1_024 });
  const datagrams: Buffer[] = [];
  socket.on('message', (datagram) => datagrams.push(datagram));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    port: socket.address().port,
    lines: () => datagrams.flatMap((datagram) => datagram.toString().split('\n')),
    datagrams: () => datagrams,
    stop: () => new Promise((resolve) => socket.close(() => resolve())),
  };
};

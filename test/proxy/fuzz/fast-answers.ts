/** The real fast path's reader of answers, between a node and a client that are both made up. */
import type { Socket } from 'node:net';
import { type AnswerProgress, AnswerPump } from '../../../proxy/fast/answer-pump.ts';

export interface PassedAnswer {
  readonly progress: AnswerProgress;
  /** What was written for the client. */
  readonly text: string;
  readonly keepsAlive: boolean;
}

export const passedAnswer = (packets: readonly Buffer[], isToHead: boolean, isClosed: boolean): PassedAnswer => {
  let text = '';
  const write = (bytes: string | Buffer): boolean => {
    text += typeof bytes === 'string' ? bytes : bytes.toString('latin1');
    return true;
  };
  const client = { write, cork: () => undefined, uncork: () => undefined, writableLength: 0 };
  const pump = new AnswerPump(client as unknown as Socket, () => '\r\n');
  pump.begin(isToHead);
  let progress: AnswerProgress = 'waiting';
  for (const packet of packets) {
    // Read into a buffer of the connection's own, which the next read fills anew.
    const bytes = Buffer.from(packet);
    progress = pump.received(bytes, bytes.length);
    bytes.fill(0);
    if (progress !== 'waiting' && progress !== 'answering') break;
  }
  if (isClosed && (progress === 'waiting' || progress === 'answering')) progress = pump.ended();
  return { progress, text, keepsAlive: pump.keepsAlive };
};

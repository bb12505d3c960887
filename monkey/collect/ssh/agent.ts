import type { Duplex } from 'node:stream';
import type { OpenSSHAgent } from 'ssh2';
import type { Ssh2 } from './ssh2.ts';

const answersWithinMs = 2_000;

type Done<T> = (error: Error | null | undefined, value?: T) => void;

/**
 * Asks an ssh-agent one thing, over a connection of its own. Rejects where it does not answer: one that hangs must not hold
 * up a host for longer than its keys are worth, and its socket goes with the question.
 */
export const askAgent = <T>(
  ssh2: Ssh2,
  socket: string,
  ask: (agent: OpenSSHAgent, done: Done<T>) => void,
): Promise<T> =>
  new Promise((resolve, reject) => {
    const agent = new ssh2.OpenSSHAgent(socket);
    let stream: Duplex | undefined;
    const connect = agent.getStream.bind(agent);
    // The library would keep the connection for as long as the agent is silent.
    agent.getStream = (done) =>
      connect((error, opened) => {
        stream = opened;
        done(error, opened);
      });
    const timer = setTimeout(() => {
      reject(new Error('it took too long'));
      stream?.destroy();
    }, answersWithinMs);
    ask(agent, (error, value) => {
      clearTimeout(timer);
      if (value === undefined) reject(error ?? new Error('it said nothing'));
      else resolve(value);
    });
  });

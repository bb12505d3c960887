/** The two ways in which the demo makes one node sick, on purpose; all-hot.ts is the third act. */
import { request } from 'node:http';
import type { LocalInstance } from '../../../infra/local-cloud/local-cloud.ts';
import type { Stage } from './stage.ts';

export interface Act {
  readonly name: string;
  /** For people: what is about to happen. */
  readonly about: string;
  readonly harm: (stage: Stage, victim: LocalInstance) => Promise<void>;
}

export const acts: readonly Act[] = [
  {
    name: 'stress beside the app',
    about: 'a process beside the app takes all the CPU it can get',
    // It ends by itself as well, should nobody heal the node.
    harm: (stage, victim) => stage.runOn(victim, 'exec timeout 120 sh -c "while :; do :; done"'),
  },
  {
    name: 'runaway loop in the app',
    about: 'the app itself is asked for /spin and never comes back from it',
    harm: (_stage, victim) => askAndLeave(`${victim.url}/spin`),
  },
];

const leaveAfterMs = 500;

/** Sends a request of which no answer is to be expected, and leaves once it must have been read. */
const askAndLeave = (url: string): Promise<void> =>
  new Promise((resolve) => {
    const asked = request(url, { agent: false, timeout: leaveAfterMs });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => undefined);
    asked.on('close', () => resolve());
    asked.end();
  });

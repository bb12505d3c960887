import { pushBounded } from './bounded.ts';

/** One call of the EC2 API, of Slack's or of the pager's, once it has been answered. */
export interface ApiCall {
  readonly service: 'ec2' | 'slack' | 'pager';
  /** RebootInstances, chat.postMessage, enqueue … */
  readonly name: string;
  /** The instances that it named. */
  readonly instances: readonly string[];
  /** When it arrived, in milliseconds since 1970. */
  readonly atMs: number;
  /** Whose credentials signed it: `cloud` for the account's own, an instance's id for its role, `unknown` otherwise. */
  readonly by: string;
  /** `ok`, or the code of the error that was answered. */
  readonly outcome: string;
}

const callsAtMost = 10_000;

/** The last calls, oldest first. */
export class CallLog {
  readonly #calls: ApiCall[] = [];

  add(call: ApiCall): void {
    pushBounded(this.#calls, call, callsAtMost);
  }

  all(): readonly ApiCall[] {
    return [...this.#calls];
  }
}

import type { InstanceState, PowerAnswer } from '../doctor/ports/power.ts';
import type { Ec2Power } from './ec2-power.ts';

type State = Extract<InstanceState, { kind: 'known' }>['state'];

/** A region in memory. */
export interface FakePower extends Ec2Power {
  readonly launch: (instanceId: string, state?: State) => void;
  /** What the next reboot comes to, whatever its instance is; `unknown` begins it and says nothing. */
  readonly next: (answer: PowerAnswer) => void;
  /** From now on every call is throttled, or none. */
  readonly throttle: (always: boolean) => void;
  /** How many reboots it was asked for and has begun. */
  readonly reboots: (instanceId: string) => number;
}

/** @param onReboot called for each reboot that has begun: the test lets the machine go down and come back */
export const fakePower = (onReboot: (instanceId: string) => void = () => undefined): FakePower => {
  const states = new Map<string, State>();
  const reboots = new Map<string, number>();
  const answers: PowerAnswer[] = [];
  let throttling = false;
  const refusal = (instanceId: string): PowerAnswer | undefined => {
    const state = states.get(instanceId);
    if (state === undefined) return refused('InvalidInstanceID.NotFound', `there is no ${instanceId}`);
    return state === 'running' ? undefined : refused('IncorrectInstanceState', `${instanceId} is ${state}`);
  };
  const begin = (instanceId: string): void => {
    reboots.set(instanceId, (reboots.get(instanceId) ?? 0) + 1);
    onReboot(instanceId);
  };
  return {
    reboot: async (instanceId, { signal }) => {
      if (signal?.aborted === true) return notBegun;
      if (throttling) return throttled;
      const answer = answers.shift() ?? refusal(instanceId);
      if (answer === undefined || answer.kind === 'unknown') begin(instanceId);
      return answer ?? { kind: 'accepted' };
    },
    describe: async (instanceId, { signal }) => {
      if (signal?.aborted === true || throttling) return { kind: 'unknown', because: throttled.because };
      const state = states.get(instanceId);
      return state === undefined ? { kind: 'no-such-instance' } : { kind: 'known', state };
    },
    canReboot: async (instanceId) => {
      const answer = refusal(instanceId);
      return answer?.kind === 'refused' ? answer : { kind: 'allowed' };
    },
    close: () => undefined,
    launch: (instanceId, state = 'running') => void states.set(instanceId, state),
    next: (answer) => void answers.push(answer),
    throttle: (always) => {
      throttling = always;
    },
    reboots: (instanceId) => reboots.get(instanceId) ?? 0,
  };
};

const refused = (code: string, because: string): PowerAnswer => ({ kind: 'refused', code, because });
const throttled = { kind: 'throttled', code: 'RequestLimitExceeded', because: 'Request limit exceeded.' } as const;
const notBegun = { kind: 'throttled', code: 'Stopped', because: 'stopped before there was an answer' } as const;

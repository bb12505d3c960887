import type { Limits } from '../../pool/store.ts';
import type {
  InstanceSeen,
  InstanceState,
  MachineState,
  PowerAnswer,
  PowerCall,
  Storage,
} from '../doctor/ports/power.ts';
import type { Ec2Power } from './ec2-power.ts';

/** A region in memory. */
export interface FakePower extends Ec2Power {
  readonly launch: (instanceId: string, state?: MachineState, more?: Partial<Kept>) => void;
  /** EC2 knows it no longer. */
  readonly forget: (instanceId: string) => void;
  /** What the next call comes to, whatever its instance is; `unknown` begins it and says nothing. */
  readonly next: (answer: PowerAnswer) => void;
  /** From now on every call is throttled, or none. */
  readonly throttle: (always: boolean) => void;
  /** How many reboots it was asked for and has begun. */
  readonly reboots: (instanceId: string) => number;
  /** All calls that have begun something, oldest first. */
  readonly begun: () => readonly { readonly call: PowerCall; readonly instanceId: string }[];
}

/** What the region knows of an instance beside its state. */
interface Kept {
  readonly storage: Storage;
  readonly autoScalingGroup: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** @param onBegun called for each call that has begun: the test lets the machine go down and come back */
export const fakePower = (onBegun: (instanceId: string, call: PowerCall) => void = () => undefined): FakePower => {
  const { states, kept, begun, begin, refusal, seen } = newRegion(onBegun);
  const answers: PowerAnswer[] = [];
  let throttling = false;
  const order =
    (call: PowerCall) =>
    async (instanceId: string, { signal }: Limits): Promise<PowerAnswer> => {
      if (signal?.aborted === true) return notBegun;
      if (throttling) return throttled;
      const answer = answers.shift() ?? refusal(call, instanceId);
      if (answer === undefined || answer.kind === 'unknown') begin(call, instanceId);
      return answer ?? { kind: 'accepted' };
    };
  const answering = ({ signal }: Limits): boolean => signal?.aborted !== true && !throttling;
  return {
    ...{ reboot: order('reboot'), stop: order('stop'), start: order('start') },
    describe: async (instanceId, limits) => (answering(limits) ? stateOf(states.get(instanceId)) : unknown),
    describeAll: async (instanceIds, limits) =>
      answering(limits) ? { kind: 'described', instances: new Map(instanceIds.map((id) => [id, seen(id)])) } : unknown,
    canReboot: async (instanceId) => {
      const answer = refusal('reboot', instanceId);
      return answer?.kind === 'refused' ? answer : { kind: 'allowed' };
    },
    close: () => undefined,
    launch: (instanceId, state = 'running', more = {}) => {
      states.set(instanceId, state);
      kept.set(instanceId, { ...kept.get(instanceId), ...more });
    },
    forget: (instanceId) => void states.delete(instanceId),
    next: (answer) => void answers.push(answer),
    throttle: (always) => {
      throttling = always;
    },
    reboots: (instanceId) => begun.filter((one) => one.call === 'reboot' && one.instanceId === instanceId).length,
    begun: () => [...begun],
  };
};

/** The machines, and what has been done to them. */
const newRegion = (onBegun: (instanceId: string, call: PowerCall) => void) => {
  const states = new Map<string, MachineState>();
  const kept = new Map<string, Partial<Kept>>();
  const begun: { readonly call: PowerCall; readonly instanceId: string }[] = [];
  return {
    ...{ states, kept, begun },
    refusal: (call: PowerCall, instanceId: string): PowerAnswer | undefined => {
      const state = states.get(instanceId);
      if (state === undefined) return refused('InvalidInstanceID.NotFound', `there is no ${instanceId}`);
      return fits[call].includes(state) ? undefined : refused('IncorrectInstanceState', `${instanceId} is ${state}`);
    },
    begin: (call: PowerCall, instanceId: string): void => {
      begun.push({ call, instanceId });
      const after = leadsTo[call];
      if (after !== undefined) states.set(instanceId, after);
      onBegun(instanceId, call);
    },
    seen: (instanceId: string): InstanceSeen => {
      const state = states.get(instanceId);
      if (state === undefined) return { kind: 'no-such-instance' };
      return { kind: 'known', state, storage: { kind: 'kept' }, tags: {}, ...kept.get(instanceId) };
    },
  };
};

const stateOf = (state: MachineState | undefined): InstanceState =>
  state === undefined ? { kind: 'no-such-instance' } : { kind: 'known', state };

/** In which states EC2 takes a call; stopping what is stopped and starting what runs is no error. */
const fits: Readonly<Record<PowerCall, readonly MachineState[]>> = {
  reboot: ['running'],
  stop: ['pending', 'running', 'stopping', 'stopped'],
  start: ['pending', 'running', 'stopped'],
};
/** This region is quick: there is no `stopping` and no `pending` in it. */
const leadsTo: Readonly<Partial<Record<PowerCall, MachineState>>> = { stop: 'stopped', start: 'running' };

const refused = (code: string, because: string): PowerAnswer => ({ kind: 'refused', code, because });
const throttled = { kind: 'throttled', code: 'RequestLimitExceeded', because: 'Request limit exceeded.' } as const;
const unknown = { kind: 'unknown', because: throttled.because } as const;
const notBegun = { kind: 'throttled', code: 'Stopped', because: 'stopped before there was an answer' } as const;

import type { ApiCall } from './calls.ts';
import type { Faults } from './faults/faults.ts';
import type { Unsubscribe } from './listeners.ts';
import type { InstanceState, LifeEvent } from './machine/life.ts';
import type { PagerAlarm, PagerEvent } from './pager/desk.ts';
import type { MachineFiles } from './region/instance.ts';
import type { SlackHappening, SlackMessage } from './slack/message.ts';

/** An instance as tests and the demo see it. */
export interface LocalInstance extends MachineFiles {
  readonly id: string;
  readonly index: number;
  readonly cpus: number;
  /** Where its app answers; the same through all reboots. */
  readonly url: string;
  readonly imds: string;
  readonly state: InstanceState;
  /** Of its last boot. */
  readonly bootId: string | undefined;
  /** Its process group, which is also the process id of its init; undefined while it is down. */
  readonly group: number | undefined;
}

export interface LocalCloud {
  readonly ec2Url: string;
  /** Ends with a slash, as the Slack client wants it. */
  readonly slackUrl: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly slackToken: string;
  /** The first channel. */
  readonly slackChannel: { readonly id: string; readonly name: string };
  /** Takes events as PagerDuty does. */
  readonly pagerUrl: string;
  readonly pagerKey: string;
  /** Those that are not terminated, in the order of their launch. */
  readonly instances: readonly LocalInstance[];
  readonly faults: Pick<Faults, 'inject' | 'list' | 'undo' | 'undoAll'>;
  /** The last calls of either API, oldest first. */
  readonly calls: () => readonly ApiCall[];
  /** All messages, oldest first. */
  readonly slackMessages: () => readonly SlackMessage[];
  /** In the order of their first trigger. */
  readonly pagerAlarms: () => readonly PagerAlarm[];
  /** What was sent to the pager, oldest first. */
  readonly pagerEvents: () => readonly PagerEvent[];
  readonly slackFile: (fileId: string) => Buffer | undefined;
  readonly onSlackMessage: (listener: (happening: SlackHappening) => void) => Unsubscribe;
  /** What happened to machines, oldest first; the last thousands. */
  readonly life: () => readonly LifeEvent[];
  readonly onLife: (listener: (event: LifeEvent) => void) => Unsubscribe;
  /** The next event that matches; rejects at the deadline or when the signal aborts. */
  readonly untilLife: (
    matches: (event: LifeEvent) => boolean,
    limits: { readonly deadlineMs: number; readonly signal?: AbortSignal },
  ) => Promise<LifeEvent>;
  /** Resolves once every instance accepts connections at its URL; rejects at the deadline. */
  readonly untilAnswering: (limits: { readonly deadlineMs: number; readonly signal?: AbortSignal }) => Promise<void>;
  /** Ends all that it started and removes its folders. May be called again. */
  readonly stop: () => Promise<void>;
}

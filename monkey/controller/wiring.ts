import { randomUUID } from 'node:crypto';
import { systemClock } from '../../pool/clock.ts';
import type { UrlRules } from '../../pool/url-allowed.ts';
import { type Ec2Access, ec2Power } from '../cloud/ec2-power.ts';
import { newWebhookPager, type WebhookOptions } from '../pager/webhook-pager.ts';
import { newHttpReach } from '../probe/http-reach.ts';
import { newSlackMessenger, type SlackOptions } from '../slack/slack-messenger.ts';
import { drawEvidence, type Rasterize } from './draw-evidence.ts';
import { newLanes } from './lanes.ts';
import { type Leadership, seekLeadership } from './leadership.ts';
import { newLogMessenger } from './log-messenger.ts';
import type { ControllerOptions, ControllerParts, DeliveryOptions, PagingOptions } from './parts.ts';
import { watchPool } from './watch-pool.ts';

/** What is not said stands as in {@link defaults}. */
export interface ControllerSetting extends Partial<Omit<ControllerOptions, 'delivery' | 'paging'>> {
  readonly delivery?: Partial<DeliveryOptions>;
  readonly paging?: Partial<PagingOptions>;
  /** Without it people are told by the log alone. */
  readonly slack?: SlackOptions;
  /** Without it nobody is called but by a mention. */
  readonly webhook?: WebhookOptions;
  /** How EC2 is reached, once it is needed. */
  readonly ec2?: Ec2Access;
  /** Where requests may be sent to when a silent node is asked. */
  readonly urlRules: UrlRules;
}

export type GivenParts = Pick<ControllerParts, 'store' | 'log'> &
  Partial<ControllerParts> & {
    /** The controller leads or stands by from here on; whether Redis answers is another matter. */
    readonly onReady?: () => void;
    /** Its loop turns; for a watchdog. */
    readonly onTurn?: () => void;
  };

export interface Controller {
  /** Resolves when the lease has been let go and nothing is under way any more. The store stays open. */
  readonly stop: () => Promise<void>;
}

const defaults = { mode: 'observe', leaseMs: 5_000, roundMs: 1_000, poolDeadlineMs: 2_000 } as const;
const deliveryDefaults = { pollMs: 250, paceMs: 1_050, deniedMs: 30_000, callMs: 10_000 } as const;
const pagingDefaults = { pollMs: 500, paceMs: 500, deniedMs: 30_000, callMs: 10_000 } as const;

/** Starts a controller on any pool; it never fails by itself, and says what is wrong in the log. */
export const startController = async (setting: ControllerSetting, given: GivenParts): Promise<Controller> => {
  const { delivery, paging, slack, webhook, ec2, urlRules, ...own } = setting;
  const options: ControllerOptions = {
    ...{ ...defaults, id: `controller-${randomUUID().slice(0, 8)}`, ...own },
    delivery: { ...deliveryDefaults, ...delivery },
    paging: { ...pagingDefaults, ...paging },
  };
  const { onReady, onTurn, ...wanted } = given;
  const parts: ControllerParts = {
    clock: systemClock,
    random: Math.random,
    newId: randomUUID,
    messenger: slack === undefined ? newLogMessenger(given.log) : newSlackMessenger(slack),
    ...(webhook === undefined ? {} : { pager: newWebhookPager(webhook) }),
    draw: drawEvidence(asPng),
    reach: newHttpReach(urlRules),
    power: ec2Power(ec2 ?? {}, { clock: systemClock }),
    ...wanted,
  };
  const stop = new AbortController();
  const running = run(options, parts, onTurn ?? (() => undefined), stop.signal);
  onReady?.();
  return {
    stop: async () => {
      stop.abort();
      await running;
    },
  };
};

/** Where converters may be. */
const programsPath = '/usr/local/bin:/usr/bin:/bin';

const asPng: Rasterize = async (svg, limits) => {
  const { toPng } = await import('../flame/svg/to-png.ts');
  const png = await toPng(svg, programsPath, limits);
  return png.kind === 'png' ? png.bytes : undefined;
};

const run = async (
  options: ControllerOptions,
  parts: ControllerParts,
  onTurn: () => void,
  stop: AbortSignal,
): Promise<void> => {
  let leadership: Leadership | undefined;
  const deliver = newLanes(options, parts);
  const lead = async (now: Leadership): Promise<void> => {
    leadership = now;
    await deliver(now);
  };
  await Promise.all([
    seekLeadership(options, parts, lead, stop),
    watchPool({ parts, options, leading: () => leadership, onTurn }, stop),
  ]);
};

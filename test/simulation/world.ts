/** A pool in virtual time: what happens acts on it, and processes run in it. */
import type { MemoryPager } from '../../monkey/pager/memory-pager.ts';
import type { MemoryMessenger } from '../../monkey/slack/memory-messenger.ts';
import type { Decide } from '../../pool/decision.ts';
import type { MemoryServer } from '../../pool/memory-server.ts';
import type { Dice } from './dice.ts';
import type { Life } from './life.ts';
import type { Machine } from './machine.ts';
import type { Mail } from './mail.ts';
import type { Observer, Tell } from './observer.ts';
import type { Region } from './region.ts';
import type { SimRouter } from './router.ts';
import type { Happening, PagerTrouble, Place, Schedule } from './schedule.ts';
import type { SimClock } from './sim-clock.ts';

export interface World {
  readonly schedule: Schedule;
  readonly clock: SimClock;
  readonly server: MemoryServer;
  readonly region: Region;
  readonly observer: Observer;
  readonly messenger: MemoryMessenger;
  readonly tell: Tell;
  readonly dice: Dice;
  readonly pager: MemoryPager;
  readonly mail: Mail;
  /** Who is cut off from where. */
  readonly cuts: Set<string>;
  readonly isCut: (process: string, from: Place) => boolean;
  /** Whose readings of the pool are kept and handed out again, and for how long. */
  readonly stale: Map<string, number>;
  readonly lives: Map<string, Life>;
  /** Strikes that wait for their call. */
  readonly waiting: { readonly happening: Extract<Happening, { kind: 'strike' }>; left: number }[];
  slackTrouble: 'away' | 'limited' | 'loses-replies' | undefined;
  pagerTrouble: PagerTrouble | undefined;
  loadTimes: number;
  redisOffsetMs: number;
  /** Redis TIME has leapt at least once. */
  leapt: boolean;
  /** The last version that a replica is known to have. */
  durable: number;
  /** Commits that wait for a replica. */
  readonly durableIds: Set<string>;
  readonly startAgent: (machine: Machine) => void;
  readonly startController: (number: number) => void;
  readonly startProxy: (number: number) => void;
  readonly byHand: (decide: Decide) => Promise<string>;
  readonly routers: Map<string, SimRouter>;
  /** Nothing starts any more. */
  over: boolean;
  /** Ids given out so far. */
  ids: number;
}

/** The name under which a cut stands. */
export const cutOf = (process: string, from: Place): string => `${process} from ${from}`;

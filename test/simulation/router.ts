/** A router without sockets: the production follower, keeper and reporter, and requests that take a while. */
import { follow } from '../../pool/follower.ts';
import type { Log } from '../../pool/log.ts';
import { defaultPolicy } from '../../pool/policy.ts';
import type { PoolStore } from '../../pool/store.ts';
import { unreadableNodes } from '../../pool/unreadable-nodes.ts';
import { privateNetworks } from '../../pool/url-allowed.ts';
import { Keeper } from '../../proxy/keeper.ts';
import type { Drain, Member } from '../../proxy/members.ts';
import { Reporter } from '../../proxy/report.ts';
import type { Dice } from './dice.ts';
import { clockOf, type Life } from './life.ts';
import type { SimClock } from './sim-clock.ts';

export interface SimRouter {
  readonly life: Life;
  /** Ids of the nodes that requests are sent to now. */
  readonly members: () => readonly string[];
  readonly stop: () => Promise<void>;
}

export interface RouterParts {
  readonly life: Life;
  readonly clock: SimClock;
  readonly store: PoolStore;
  readonly log: Log;
  readonly dice: Dice;
  readonly answers: (url: string) => boolean;
}

export const startRouter = (parts: RouterParts): SimRouter => {
  const { life, store, log, dice, answers } = parts;
  const clock = clockOf(life, parts.clock);
  let members: readonly Member[] = [];
  let drains: readonly Drain[] = [];
  let version = 0;
  /** Until when requests are in flight on a node that has left. */
  const busyUntilMs = new Map<string, number>();

  const becomes = (next: readonly Member[]): void => {
    for (const { id } of members.filter((member) => !next.some(({ id: one }) => one === member.id))) {
      const forMs = dice.chance(0.3) ? 0 : dice.between(0, 3_000);
      busyUntilMs.set(id, parts.clock.monotonicMs() + forMs);
      void clock.sleep(forMs).then(() => reporter.changed());
    }
    members = next;
  };
  const inFlightOn = (node: string): number => {
    if (members.some(({ id }) => id === node)) return 1;
    return (busyUntilMs.get(node) ?? 0) > parts.clock.monotonicMs() ? 1 : 0;
  };
  const keeper = new Keeper({
    rules: { allowedNetworks: privateNetworks },
    ...{ clock, log },
    probe: async (url) => answers(url),
    onChange: (membership) => {
      const isNews = membership.drains.map(({ id }) => id).join() !== drains.map(({ id }) => id).join();
      becomes(membership.members);
      drains = membership.drains;
      if (isNews) reporter.changed();
    },
  });
  const reporter = new Reporter({
    ...{ store, clock, log },
    report: () => ({
      ...{ id: life.name, version },
      draining: Object.fromEntries(drains.map((drain) => [drain.id, inFlightOn(drain.node)])),
    }),
  });
  const follower = follow(store, {
    ...{ clock, log },
    onChange: ({ snapshot }) => {
      if (snapshot === undefined) return;
      version = snapshot.version;
      const unread = unreadableNodes(snapshot) === undefined ? {} : ({ nodesUnread: true } as const);
      const { slowStart } = snapshot.policy?.policy ?? defaultPolicy();
      keeper.heard({ ...snapshot, slowStartMs: slowStart, ...unread });
    },
  });
  return {
    life,
    members: () => (life.alive() ? members.map(({ id }) => id) : []),
    stop: async () => {
      await Promise.all([follower.stop(), keeper.stop(), reporter.stop()]);
    },
  };
};

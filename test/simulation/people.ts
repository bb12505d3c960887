/** Slack and the pager as one process sees them: away, limited, cut off, or losing replies. */

import type { Pager } from '../../monkey/doctor/ports/pager.ts';
import type { MemoryMessenger } from '../../monkey/slack/memory-messenger.ts';
import { callAs, type Life, type Strikes } from './life.ts';
import type { World } from './world.ts';

export const messengerOf = (world: World, strikes: Strikes, life: Life): MemoryMessenger => {
  const { messenger } = world;
  return {
    ...messenger,
    post: (letter, limits) =>
      callAs(life, 'post', strikes, async (strike) => {
        await world.clock.sleep(5);
        const trouble = world.isCut(life.name, 'slack') ? 'away' : world.slackTrouble;
        if (trouble === 'limited') return { kind: 'limited', retryAfterMs: 1_000 };
        if (trouble === 'away' || (strike?.at === 'sending' && strike.what === 'lose'))
          return { kind: 'away', because: 'no answer' };
        const answer = await messenger.post(letter, limits);
        const isLost = trouble === 'loses-replies' || strike?.what === 'lose';
        return isLost && answer.kind === 'posted' ? { kind: 'away', because: 'its reply was lost' } : answer;
      }),
    find: (sought, limits) =>
      callAs(life, 'post', strikes, async () =>
        world.slackTrouble === 'away' || world.isCut(life.name, 'slack')
          ? { kind: 'away', because: 'no answer' }
          : messenger.find(sought, limits),
      ),
  };
};

/** The receiver of pages: what it has taken rings once, however often it is sent. */
export const pagerOf = (world: World, strikes: Strikes, life: Life): Pager => ({
  send: (alarm, limits) =>
    callAs(life, 'page', strikes, async (strike) => {
      await world.clock.sleep(5);
      const trouble = world.isCut(life.name, 'slack') ? 'away' : world.pagerTrouble;
      if (trouble === 'limited') return { kind: 'limited', retryAfterMs: 1_000 };
      if (trouble === 'refuses') return { kind: 'refused', what: 'access', code: '403' };
      if (trouble === 'away' || (strike?.at === 'sending' && strike.what === 'lose'))
        return { kind: 'away', because: 'no answer' };
      const answer = await world.pager.send(alarm, limits);
      const isLost = trouble === 'loses-replies' || strike?.what === 'lose';
      return isLost ? { kind: 'away', because: 'its reply was lost' } : answer;
    }),
});

import type { PageAnswer, Pager } from '../doctor/ports/pager.ts';
import type { Alarm } from '../doctor/report/alarm.ts';

/** WebhookPager's equal in memory, with everything that can go wrong on request. */
export interface MemoryPager extends Pager {
  /** Every alarm taken, oldest first. */
  readonly taken: readonly Alarm[];
  /** The keys of the alarms that ring, each once, as the receiver keeps them. */
  readonly ringing: () => readonly string[];
  /** Every call fails like this. */
  trouble: Exclude<PageAnswer, { kind: 'taken' }> | undefined;
  /** The replies to so many next calls are lost; their alarms are taken. */
  losesReplies: number;
}

export const newMemoryPager = (): MemoryPager => {
  const taken: Alarm[] = [];
  const ringing = new Set<string>();
  const pager: MemoryPager = {
    ...{ taken, trouble: undefined, losesReplies: 0 },
    ringing: () => [...ringing],
    send: async (alarm) => {
      if (pager.trouble !== undefined) return pager.trouble;
      taken.push(alarm);
      if (alarm.action === 'trigger') ringing.add(alarm.key);
      else ringing.delete(alarm.key);
      if (pager.losesReplies === 0) return { kind: 'taken' };
      pager.losesReplies -= 1;
      return { kind: 'away', because: 'its reply was lost' };
    },
  };
  return pager;
};

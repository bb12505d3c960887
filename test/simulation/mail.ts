/** Every notice and page that was written, and the letters in which they went out: for the law that each arrives. */

import { alarmOf } from '../../monkey/doctor/report/alarm.ts';
import type { MemoryPager } from '../../monkey/pager/memory-pager.ts';
import type { MemoryMessenger } from '../../monkey/slack/memory-messenger.ts';
import type { MemoryServer } from '../../pool/memory-server.ts';
import { type Notice, raisesAlarm } from '../../pool/notice.ts';

export interface Mail {
  /** A commit was applied. */
  readonly written: () => void;
  readonly attempted: (entries: readonly string[], letter: string) => void;
  /** Redis has other data: what waited and is no longer there is lost with it, and what was delivered may wait again. */
  readonly replaced: () => void;
  /** What has not arrived, or too often; undefined: all is well. */
  readonly trouble: (arrived: Arrived) => string | undefined;
}

interface Arrived {
  readonly messenger: Pick<MemoryMessenger, 'posted'>;
  /** Undefined: there is none. */
  readonly pager: Pick<MemoryPager, 'taken'> | undefined;
  /** So many times one notice may arrive: whoever dies, or is stopped, between the post and its record may post again. */
  readonly timesMost: number;
}

interface Written {
  readonly entry: string;
  readonly notice: Notice;
  readonly letters: Set<string>;
}

export const newMail = (server: MemoryServer): Mail => {
  let notices = new Map<string, Written>();
  let pages: Written[] = [];
  /** Of every notice ever: one that was posted may wait again after a failover, and is then found, not posted. */
  const lettersOf = new Map<string, Set<string>>();
  /** How many the server had counted when it was last looked at. */
  let known = { written: 0, pagesWritten: 0 };
  const read = (waiting: { readonly entry: string; readonly notice: string }): Written => {
    const notice = JSON.parse(waiting.notice) as Notice;
    const letters = lettersOf.get(notice.id) ?? new Set();
    lettersOf.set(notice.id, letters);
    return { entry: waiting.entry, notice, letters };
  };
  const remember = (): void => {
    const { written, pagesWritten } = server.data;
    known = { written, pagesWritten };
  };
  return {
    written: () => {
      const { outbox, pages: waiting, written, pagesWritten } = server.data;
      for (const one of outbox.slice(outbox.length - (written - known.written)).map(read))
        notices.set(one.notice.id, one);
      pages.push(...waiting.slice(waiting.length - (pagesWritten - known.pagesWritten)).map(read));
      remember();
    },
    attempted: (entries, letter) => {
      for (const one of notices.values()) if (entries.includes(one.entry)) one.letters.add(letter);
    },
    replaced: () => {
      const waiting = server.data.outbox.map(read);
      notices = new Map(waiting.map((one) => [one.notice.id, one]));
      pages = server.data.pages.map(read);
      remember();
    },
    trouble: ({ messenger, pager, timesMost }) => {
      const times = new Map<string, number>();
      for (const { notice } of messenger.posted) times.set(notice, (times.get(notice) ?? 0) + 1);
      for (const { notice, letters } of notices.values()) {
        const arrived = [...letters].reduce((sum, letter) => sum + (times.get(letter) ?? 0), 0);
        if (arrived === 0) return `${notice.kind} ${notice.id} has never arrived: ${notice.text}`;
        if (arrived > timesMost) return `${notice.kind} ${notice.id} has arrived ${arrived} times: ${notice.text}`;
      }
      if (pager === undefined) return undefined;
      const rung = new Set(
        pager.taken.filter(({ action }) => action === 'trigger').map(({ details }) => details['notice']),
      );
      const silent = pages.find(({ notice }) => raisesAlarm(notice) && !rung.has(notice.id));
      return silent === undefined
        ? undefined
        : `the page ${alarmOf({ ...silent, writtenMs: 0 }, server.name).key} has never rung`;
    },
  };
};

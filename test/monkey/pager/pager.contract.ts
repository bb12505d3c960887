import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Pager } from '../../../monkey/doctor/ports/pager.ts';
import type { Alarm } from '../../../monkey/doctor/report/alarm.ts';

/** What a pager is tried on, with a look behind it. */
export interface Stage {
  readonly pager: Pager;
  /** The keys of the alarms that ring. */
  readonly ringing: () => readonly string[];
  /** The next alarm is taken, but its reply is lost. */
  readonly loseReply: () => void;
  readonly close: () => Promise<void>;
}

export const limits = { deadlineMs: 20_000 };
export const alarm = (part: Partial<Alarm> = {}): Alarm => ({
  ...{ action: 'trigger', key: 'inc-1', summary: 'i-1 is quarantined', source: 'i-1', severity: 'critical' },
  ...{ atMs: 1_700_000_000_000, details: { kind: 'quarantined' } },
  ...part,
});

/** What every pager does alike. */
export const pagerContract = (name: string, open: () => Promise<Stage>): void => {
  describe(`${name}, as every pager`, () => {
    let stage: Stage;
    beforeAll(async () => {
      stage = await open();
    });
    afterAll(() => stage.close());
    const send = (part: Partial<Alarm>) => stage.pager.send(alarm(part), limits);

    test('raises an alarm, once for each key, and ends it', async () => {
      expect(await send({ key: 'a' })).toEqual({ kind: 'taken' });
      expect(await send({ key: 'b' })).toEqual({ kind: 'taken' });
      expect(await send({ key: 'a' })).toEqual({ kind: 'taken' });
      expect(stage.ringing()).toEqual(['a', 'b']);
      expect(await send({ key: 'a', action: 'resolve' })).toEqual({ kind: 'taken' });
      expect(stage.ringing()).toEqual(['b']);
    });

    test('takes the end of an alarm that it does not know', async () => {
      expect(await send({ key: 'never-raised', action: 'resolve' })).toEqual({ kind: 'taken' });
    });

    test('does not know whether an alarm was taken whose reply was lost; sent again it rings once', async () => {
      stage.loseReply();
      expect((await send({ key: 'c' })).kind).toBe('away');
      expect(await send({ key: 'c' })).toEqual({ kind: 'taken' });
      expect(stage.ringing().filter((key) => key === 'c')).toHaveLength(1);
    });
  });
};

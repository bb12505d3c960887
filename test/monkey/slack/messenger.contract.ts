import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Messenger } from '../../../monkey/doctor/ports/messenger.ts';
import type { Message } from '../../../monkey/doctor/report/message.ts';

/** What a messenger is tried on, with a look behind it. */
export interface Stage {
  readonly messenger: Messenger;
  /** What people see in the channel, oldest first. */
  readonly seen: () => readonly { readonly text: string; readonly id: string; readonly thread: string | undefined }[];
  /** The next post is made, but its reply is lost. */
  readonly loseReply: () => void;
  readonly close: () => Promise<void>;
}

export const limits = { deadlineMs: 20_000 };
export const words = (text: string): Message => ({ text, blocks: [] });

/** What every messenger does alike. */
export const messengerContract = (name: string, open: () => Promise<Stage>): void => {
  describe(`${name}, as every messenger`, () => {
    let stage: Stage;
    beforeAll(async () => {
      stage = await open();
    });
    afterAll(() => stage.close());
    const startMs = Date.now();
    const last = () => stage.seen().at(-1);

    test('posts, and says the id that a thread hangs on', async () => {
      const opened = await stage.messenger.post({ notice: 'n-1', message: words('sick') }, limits);
      expect(opened).toEqual({ kind: 'posted', id: expect.any(String) });
      const thread = opened.kind === 'posted' ? (opened.id ?? '') : '';
      const replied = await stage.messenger.post({ notice: 'n-2', message: words('drained'), thread }, limits);
      expect(replied.kind).toBe('posted');
      expect(last()).toMatchObject({ text: 'drained', thread });
    });

    test('finds what was posted by its notice, in the channel and in a thread', async () => {
      const opened = await stage.messenger.post({ notice: 'n-3', message: words('sick') }, limits);
      const thread = opened.kind === 'posted' ? (opened.id ?? '') : '';
      const replied = await stage.messenger.post({ notice: 'n-4', message: words('back'), thread }, limits);
      expect(await stage.messenger.find({ notice: 'n-3', sinceMs: startMs }, limits)).toEqual({
        kind: 'found',
        id: thread,
      });
      expect(await stage.messenger.find({ notice: 'n-4', thread, sinceMs: startMs }, limits)).toEqual({
        ...replied,
        kind: 'found',
      });
    });

    test('finds nothing that was not posted', async () => {
      expect(await stage.messenger.find({ notice: 'n-0', sinceMs: startMs }, limits)).toEqual({ kind: 'not-found' });
    });

    test('uploads files to a thread', async () => {
      const opened = await stage.messenger.post({ notice: 'n-6', message: words('sick') }, limits);
      const thread = opened.kind === 'posted' ? (opened.id ?? '') : '';
      const file = (name: string) => ({ name, title: name, content: Buffer.from(`<svg>${name}</svg>`) });
      const parcel = { thread, words: 'two pictures', files: [file('one.svg'), file('two.svg')] };
      expect(await stage.messenger.upload(parcel, limits)).toEqual({ kind: 'uploaded' });
    });

    test('does not know whether a message was posted whose reply was lost, and finds it', async () => {
      stage.loseReply();
      const answer = await stage.messenger.post({ notice: 'n-5', message: words('once') }, limits);
      expect(answer.kind).toBe('away');
      expect(last()?.text).toBe('once');
      expect((await stage.messenger.find({ notice: 'n-5', sinceMs: startMs }, limits)).kind).toBe('found');
    });
  });
};

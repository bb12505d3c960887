import type { FindAnswer, Letter, Messenger, Parcel, PostAnswer, Trouble } from '../doctor/ports/messenger.ts';

/** A message as it was posted. */
export interface PostedLetter extends Letter {
  readonly id: string;
}

/** SlackMessenger's equal in memory, for tests and the simulator, with everything that can go wrong on request. */
export interface MemoryMessenger extends Messenger {
  /** Oldest first. */
  readonly posted: readonly PostedLetter[];
  readonly uploaded: readonly Parcel[];
  /** What uploads come to in place of being taken. */
  uploadTrouble: Trouble | undefined;
  /** The next posts fail like this, one after the other, and post nothing. */
  readonly fail: (...troubles: readonly Trouble[]) => void;
  /** The replies to so many next posts are lost; they are posted. */
  losesReplies: number;
  /** Every call fails like this. */
  trouble: Trouble | undefined;
  /** Decides on each letter, before it is posted. */
  judge: (letter: Letter) => Trouble | undefined;
  /** How often it was looked for a notice. */
  lookups: number;
}

export const newMemoryMessenger = (): MemoryMessenger => {
  const posted: PostedLetter[] = [];
  const uploaded: Parcel[] = [];
  const failing: Trouble[] = [];

  const post = (letter: Letter): PostAnswer => {
    const trouble = messenger.trouble ?? failing.shift() ?? messenger.judge(letter) ?? threadTrouble(posted, letter);
    if (trouble !== undefined) return trouble;
    const id = `1700000000.${String(posted.length + 1).padStart(6, '0')}`;
    posted.push({ ...letter, id });
    if (messenger.losesReplies === 0) return { kind: 'posted', id };
    messenger.losesReplies -= 1;
    return { kind: 'away', because: 'its reply was lost' };
  };
  const find = (notice: string, thread: string | undefined): FindAnswer => {
    messenger.lookups += 1;
    if (messenger.trouble !== undefined) return messenger.trouble;
    const found = posted.find((letter) => letter.notice === notice && letter.thread === thread);
    return found === undefined ? { kind: 'not-found' } : { kind: 'found', id: found.id };
  };
  const messenger: MemoryMessenger = {
    ...{ posted, uploaded, losesReplies: 0, trouble: undefined, uploadTrouble: undefined },
    ...{ judge: () => undefined, lookups: 0 },
    fail: (...troubles) => failing.push(...troubles),
    post: async (letter) => post(letter),
    find: async ({ notice, thread }) => find(notice, thread),
    upload: async (parcel) => {
      const trouble = messenger.trouble ?? messenger.uploadTrouble;
      if (trouble !== undefined) return trouble;
      uploaded.push(parcel);
      return { kind: 'uploaded' };
    },
  };
  return messenger;
};

const threadTrouble = (posted: readonly PostedLetter[], { thread }: Letter): Trouble | undefined =>
  thread === undefined || posted.some(({ id }) => id === thread)
    ? undefined
    : { kind: 'refused', what: 'thread', code: 'thread_not_found' };

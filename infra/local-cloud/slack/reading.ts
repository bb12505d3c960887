import type { SlackMessage } from './message.ts';
import { type Arguments, isTrue } from './method.ts';

/** Channel histories are read in pages: "Pagination" and conversations.history in Slack's reference. */
export const historyPaging = { usual: 100, most: 999, keyOf: ({ ts }: SlackMessage): string => ts };

/** Only what lies between `oldest` and `latest`; these themselves only where `inclusive` says so. */
export const within = (args: Arguments): ((message: SlackMessage) => boolean) => {
  const oldest = boundIn(args, 'oldest');
  const latest = boundIn(args, 'latest');
  const inclusive = isTrue(args, 'inclusive');
  return ({ ts }) => {
    const time = microsOf(ts);
    if (oldest !== undefined && (inclusive ? time < oldest : time <= oldest)) return false;
    return latest === undefined || (inclusive ? time <= latest : time < latest);
  };
};

/** Metadata is only shown to who asks for it. */
export const shownTo = (args: Arguments): ((message: SlackMessage) => Omit<SlackMessage, 'metadata'>) => {
  if (isTrue(args, 'include_all_metadata')) return (message) => message;
  return ({ metadata, ...message }) => message;
};

const boundIn = (args: Arguments, name: string): bigint | undefined => {
  const text = args.get(name) ?? '';
  return /^\d+(?:\.\d+)?$/.test(text) && Number(text) > 0 ? microsOf(text) : undefined;
};

/** A floating point number has not enough digits to tell two messages apart. */
const microsOf = (ts: string): bigint => {
  const [seconds = '0', fraction = ''] = ts.split('.');
  return BigInt(seconds) * 1_000_000n + BigInt(fraction.slice(0, 6).padEnd(6, '0'));
};

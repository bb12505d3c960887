/*
 * Messages by Slack's Web API.
 *
 * INVARIANTS
 * - The SDK is loaded with the first call, retries nothing by itself and logs nothing.
 * - A call ends with its deadline: the request itself is given up, so that nothing is posted later.
 * - The token appears in no error and no log.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { WebClient } from '@slack/web-api';
import type { Limits } from '../../pool/store.ts';
import type {
  FindAnswer,
  Letter,
  Messenger,
  Parcel,
  PostAnswer,
  Sought,
  UploadAnswer,
} from '../doctor/ports/messenger.ts';
import type { Call } from './call.ts';
import { newChannel } from './channel.ts';
import { findNotice } from './find-notice.ts';
import { metadataOf } from './metadata.ts';
import { reasonOf, troubleOf } from './trouble-of.ts';

export interface SlackOptions {
  readonly token: string;
  /** A channel's id, or its name with a `#`. */
  readonly channel: string;
  /** E.g. `https://slack.com/api`. */
  readonly apiUrl: string;
}

export const newSlackMessenger = ({ token, channel: given, apiUrl }: SlackOptions): Messenger => {
  const limitsOfCall = new AsyncLocalStorage<AbortSignal>();
  let client: Promise<WebClient> | undefined;
  const opened = (): Promise<WebClient> => {
    client ??= newClient(token, apiUrl, limitsOfCall);
    return client;
  };
  const call: Call = async (method, options) => (await opened()).apiCall(method, { ...options });
  const channel = newChannel(given, call);

  const within = async <T extends PostAnswer | FindAnswer | UploadAnswer>(
    { deadlineMs, signal }: Limits,
    act: () => Promise<T>,
  ) => {
    const deadline = AbortSignal.timeout(Math.max(1, Math.floor(deadlineMs)));
    const both = signal === undefined ? deadline : AbortSignal.any([deadline, signal]);
    return limitsOfCall.run(both, act).catch(troubleOf);
  };
  return {
    post: (letter, limits) => within(limits, () => post(letter, given, call, channel.learn)),
    find: (sought, limits) => within(limits, () => find(sought, call, channel.id)),
    upload: (parcel, limits) => within(limits, async () => upload(parcel, await opened(), await channel.id())),
  };
};

const post = async (
  { notice, message, thread }: Letter,
  channel: string,
  call: Call,
  learn: (answer: object) => void,
): Promise<PostAnswer> => {
  const { text, blocks } = message;
  const answer = await call('chat.postMessage', {
    ...{ channel, text, metadata: metadataOf(notice), unfurl_links: false, unfurl_media: false },
    ...(blocks.length === 0 ? {} : { blocks }),
    ...(thread === undefined ? {} : { thread_ts: thread }),
  });
  learn(answer);
  // Without its ts it was posted all the same; only threads can't hang on it.
  return { kind: 'posted', id: 'ts' in answer && typeof answer.ts === 'string' ? answer.ts : undefined };
};

const find = async (sought: Sought, call: Call, channelId: () => Promise<string>): Promise<FindAnswer> => {
  const id = await findNotice(sought, await channelId(), call);
  return id === undefined ? { kind: 'not-found' } : { kind: 'found', id };
};

/** https://docs.slack.dev/messaging/working-with-files#uploading_files: announced, sent and shared, in one message. */
const upload = async ({ thread, words, files }: Parcel, client: WebClient, channel: string): Promise<UploadAnswer> => {
  await client.filesUploadV2({
    ...{ channel_id: channel, thread_ts: thread, initial_comment: words },
    file_uploads: files.map(({ name, title, content }) => ({
      ...{ file: Buffer.from(content), filename: name, title, alt_text: title },
    })),
  });
  return { kind: 'uploaded' };
};

const newClient = async (
  token: string,
  apiUrl: string,
  limitsOfCall: AsyncLocalStorage<AbortSignal>,
): Promise<WebClient> => {
  const { WebClient, LogLevel } = await import('./sdk.ts');
  const nothing = (): void => undefined;
  const logger = { debug: nothing, info: nothing, warn: nothing, error: nothing, setLevel: nothing, setName: nothing };
  return new WebClient(token, {
    slackApiUrl: apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
    logger: { ...logger, getLevel: () => LogLevel.ERROR },
    fetch: async (url, init) => {
      const signal = limitsOfCall.getStore();
      try {
        return await fetch(url, { ...init, ...(signal === undefined ? {} : { signal }) });
      } catch (error) {
        throw new Error(reasonOf(error));
      }
    },
  });
};

import type { SlackFile } from '../message.ts';
import { failed, jsonIn, type Method, type MethodContext, ok } from '../method.ts';

const bytesAtMost = 16 * 1024 * 1024;

/** First of three steps: announces a file and learns where to send it. */
export const filesGetUploadUrlExternal: Method = {
  scopes: ['files:write'],
  run: ({ uploads, args }) => {
    const filename = args.get('filename') ?? '';
    const length = Number(args.get('length') ?? Number.NaN);
    if (filename === '') return failed('invalid_arguments');
    if (!Number.isInteger(length) || length < 1) return failed('invalid_arguments');
    if (length > bytesAtMost) return failed('file_upload_size_restricted');
    const { fileId, url } = uploads.announce(filename, length);
    return ok({ upload_url: url, file_id: fileId });
  },
};

/** Last of three steps: shares what was sent, as a message where a channel is named. */
export const filesCompleteUploadExternal: Method = {
  scopes: ['files:write'],
  run: (context) => {
    const asked = jsonIn(context.args, 'files', isAskedFiles);
    if (asked === 'malformed' || asked.value === undefined) return failed('invalid_arguments');
    const files = asked.value.map(({ id, title }) => context.uploads.arrived(id, title));
    const arrived = files.filter((file) => file !== undefined);
    if (arrived.length < files.length) return failed('file_not_found');
    const error = share(context, arrived);
    return error === undefined ? ok({ files: arrived }) : failed(error);
  },
};

const share = ({ workspace, args }: MethodContext, files: readonly SlackFile[]): string | undefined => {
  const channelId = args.get('channel_id');
  if (channelId === undefined) return undefined;
  const channel = workspace.channels.find(({ id }) => id === channelId);
  if (channel === undefined) return 'channel_not_found';
  workspace.post(channel.id, { text: args.get('initial_comment') ?? '', threadTs: args.get('thread_ts'), files });
  return undefined;
};

interface AskedFile {
  readonly id: string;
  readonly title?: string;
}

const isAskedFiles = (value: unknown): value is readonly AskedFile[] =>
  Array.isArray(value) && value.length > 0 && value.every(isAskedFile);

const isAskedFile = (value: unknown): value is AskedFile =>
  typeof value === 'object' &&
  value !== null &&
  'id' in value &&
  typeof value.id === 'string' &&
  (!('title' in value) || typeof value.title === 'string');

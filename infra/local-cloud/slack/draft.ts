import type { SlackMetadata } from './message.ts';
import { type Arguments, jsonIn } from './method.ts';
import type { Draft } from './workspace.ts';

/** Slack's limits: reference of chat.postMessage and of Block Kit. */
const textLengthAtMost = 40_000;
const blocksAtMost = 50;

/** Text, blocks and metadata of a message to be, or the error that Slack gives. */
export const draftIn = (
  args: Arguments,
): { readonly kind: 'draft'; readonly draft: Draft } | { readonly kind: 'error'; readonly error: string } => {
  const text = args.get('text') ?? '';
  if (text.length > textLengthAtMost) return { kind: 'error', error: 'msg_too_long' };
  const blocks = jsonIn(args, 'blocks', isBlocks);
  if (blocks === 'malformed') return { kind: 'error', error: 'invalid_blocks' };
  const metadata = jsonIn(args, 'metadata', isMetadata);
  if (metadata === 'malformed') return { kind: 'error', error: 'invalid_metadata_format' };
  if (text === '' && blocks.value === undefined && !args.has('attachments')) return { kind: 'error', error: 'no_text' };
  return { kind: 'draft', draft: { text, blocks: blocks.value, metadata: metadata.value } };
};

const isBlocks = (value: unknown): value is readonly unknown[] =>
  Array.isArray(value) &&
  value.length <= blocksAtMost &&
  value.every((block) => isRecord(block) && typeof block['type'] === 'string');

const isMetadata = (value: unknown): value is SlackMetadata =>
  isRecord(value) &&
  typeof value['event_type'] === 'string' &&
  value['event_type'] !== '' &&
  isRecord(value['event_payload']);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

import type { Method } from './method.ts';
import { authTest } from './methods/auth-test.ts';
import { chatPostMessage } from './methods/chat-post-message.ts';
import { chatUpdate } from './methods/chat-update.ts';
import { conversationsHistory } from './methods/conversations-history.ts';
import { conversationsInfo } from './methods/conversations-info.ts';
import { conversationsList } from './methods/conversations-list.ts';
import { conversationsReplies } from './methods/conversations-replies.ts';
import { filesCompleteUploadExternal, filesGetUploadUrlExternal } from './methods/files.ts';

/** Every method that this Slack knows, by its name in the API. */
export const methods: ReadonlyMap<string, Method> = new Map([
  ['auth.test', authTest],
  ['chat.postMessage', chatPostMessage],
  ['chat.update', chatUpdate],
  ['conversations.history', conversationsHistory],
  ['conversations.replies', conversationsReplies],
  ['conversations.info', conversationsInfo],
  ['conversations.list', conversationsList],
  ['files.getUploadURLExternal', filesGetUploadUrlExternal],
  ['files.completeUploadExternal', filesCompleteUploadExternal],
]);

import { newMemoryMessenger } from '../../../monkey/slack/memory-messenger.ts';
import { messengerContract } from './messenger.contract.ts';

messengerContract('MemoryMessenger', async () => {
  const messenger = newMemoryMessenger();
  return {
    messenger,
    seen: () => messenger.posted.map(({ message, id, thread }) => ({ text: message.text, id, thread })),
    loseReply: () => {
      messenger.losesReplies = 1;
    },
    close: async () => undefined,
  };
});

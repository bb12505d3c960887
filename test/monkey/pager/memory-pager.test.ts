import { newMemoryPager } from '../../../monkey/pager/memory-pager.ts';
import { pagerContract } from './pager.contract.ts';

pagerContract('MemoryPager', async () => {
  const pager = newMemoryPager();
  return {
    ...{ pager, ringing: pager.ringing },
    loseReply: () => {
      pager.losesReplies = 1;
    },
    close: async () => undefined,
  };
});

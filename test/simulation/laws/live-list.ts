import type { Law } from '../observer.ts';

export const liveList: Law = {
  name: 'the live list is exactly the serving nodes, each once',
  onCommit: ({ after }, { server }) => {
    const serving = new Set([...after.values()].filter(({ state }) => state === 'serving').map(({ url }) => url));
    const { live } = server.data;
    const isRight = live.length === serving.size && live.every((url) => serving.has(url));
    return isRight ? undefined : `live: ${live.join(' ')}; serving: ${[...serving].join(' ')}`;
  },
};

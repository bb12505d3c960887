import type { Route } from '../route.ts';

/** A bug of the classic kind: the loop below never ends, so neither this request nor any other is answered again. */
export const spin: Route = {
  method: 'GET',
  answer: () => {
    spinForever();
  },
};

// It has a name and a file of its own so that a profile can say where the time goes.
const spinForever = (): never => {
  let turns = 0;
  while (true) turns = (turns + 1) % 1_000_003;
};

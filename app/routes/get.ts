import { meow } from '../meow.ts';
import { type Route, sendJson } from '../route.ts';

/** About 1 KiB of JSON that a client can verify: see Meow. */
export const get: Route = {
  method: 'GET',
  answer: ({ response }) => sendJson(response, 200, meow()),
};

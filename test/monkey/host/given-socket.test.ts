import { expect, test } from '@jest/globals';
import { givenSocket } from '../../../monkey/host/given-socket.ts';

test.each([
  [{ LISTEN_PID: '7', LISTEN_FDS: '1' }, 3],
  [{ LISTEN_PID: '7', LISTEN_FDS: '2' }, 3],
  [{ LISTEN_PID: '8', LISTEN_FDS: '1' }, undefined],
  [{ LISTEN_PID: '7', LISTEN_FDS: '0' }, undefined],
  [{ LISTEN_PID: '7' }, undefined],
  [{ LISTEN_PID: '7', LISTEN_FDS: 'meow' }, undefined],
  [{}, undefined],
])('process 7 with %j gets the socket %s', (env, fd) => {
  expect(givenSocket(env, 7)).toBe(fd);
});

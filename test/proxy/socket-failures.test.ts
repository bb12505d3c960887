import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { socketFailures } from '../../proxy/socket-failures.ts';
import { listen } from '../../proxy/stop.ts';
import { manualClock } from '../support/manual-clock.ts';
import { ToldLog } from './told.ts';

const stage = () => {
  const log = new ToldLog();
  const clock = manualClock();
  return { clock, fail: socketFailures(log, clock), told: () => log.lines.map(({ fields }) => fields) };
};

test('a socket that fails without end is told of once a minute, with how many failures were left out', async () => {
  const { clock, fail, told } = stage();
  const server = createServer();
  await listen(server, { host: '127.0.0.1', port: 0 }, fail);
  // Ten a second, for two minutes and a moment.
  for (let count = 0; count < 1_201; count += 1) {
    server.emit('error', new Error('accept EMFILE'));
    clock.advance(100);
  }
  const because = 'Error: accept EMFILE';
  expect(told()).toEqual([{ because }, { because, leftOut: 599 }, { because, leftOut: 599 }]);
  server.close();
  await once(server, 'close');
});

test('another cause is told at once', () => {
  const { fail, told } = stage();
  for (const because of ['accept EMFILE', 'accept EMFILE', 'accept ENFILE', 'accept EMFILE']) fail(new Error(because));
  expect(told()).toEqual([{ because: 'Error: accept EMFILE' }, { because: 'Error: accept ENFILE' }]);
});

test('of very many causes the last ones are remembered', () => {
  const { fail, told } = stage();
  const causes = Array.from({ length: 21 }, (_, index) => new Error(`cause ${index}`));
  for (const cause of [...causes, causes[20]!, causes[0]!]) fail(cause);
  expect(told()).toHaveLength(22);
  expect(told().at(-1)).toEqual({ because: 'Error: cause 0' });
});

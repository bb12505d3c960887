import { afterEach, expect, test } from '@jest/globals';
import { udpSink } from '../../../monkey/collect/send/udp-sink.ts';
import { newWorld, type World } from '../../support/agent-world.ts';

let world: World;
afterEach(() => world.end());

/** A metrics server that is told until the agent says that it is enough, and a little longer. */
const pushing = async (endsAfterMs = 0) => {
  const told = { since: 0, over: false };
  world = await newWorld({
    push: async (signal) => {
      told.since += 1;
      while (!signal.aborted) await world.clock.sleep(60_000, signal);
      await world.clock.sleep(endsAfterMs);
      told.over = true;
    },
  });
  return told;
};

test('metrics go as long as the agent runs, and the agent waits for their end', async () => {
  const told = await pushing(300);
  const node = world.node('web-1');
  node.start();
  await world.untilState('web-1', 'serving');
  expect(told).toEqual({ since: 1, over: false });
  await node.terminate();
  expect(told.over).toBe(true);
});

test('metrics go while Redis is away, and rounds go while metrics hang', async () => {
  const told = await pushing();
  world.server.goAway();
  const node = world.node('web-1');
  node.start();
  await world.clock.run(5_000);
  expect(told.since).toBe(1);
  world.server.comeBack();
  await world.untilState('web-1', 'serving');
  node.vitals.set({ cpu: 0.99 });
  await world.untilState('web-1', 'rebooting');
});

/** Its metrics end as they do, and it drains and leaves all the same, since its machine goes down. */
const leaves = async (push: (signal: AbortSignal) => Promise<void>) => {
  world = await newWorld({ push });
  const node = world.node('web-1');
  node.start();
  await world.untilState('web-1', 'serving');
  node.machine.shutDown();
  await node.terminate();
  expect(await world.state('web-1')).toBe('left');
  expect(node.process()?.ended).toEqual({ kind: 'ended' });
  return node.log.map(({ event, fields }) => [event, fields['because']]);
};

test('metrics that break keep the agent from nothing, its farewell included', async () => {
  const log = await leaves(() => Promise.reject(new Error('Cannot find module push-own')));
  expect(log).toContainEqual(['metrics-ended', 'Cannot find module push-own']);
});

test('metrics that never end keep the agent from nothing, its farewell included', async () => {
  await leaves(() => new Promise(() => undefined));
});

test('metrics to an address that the kernel refuses keep the agent from nothing, its farewell included', async () => {
  const sink = udpSink({ to: { host: '255.255.255.255', port: 8125 } });
  const sent: unknown[] = [];
  await leaves(async (signal) => {
    sent.push(await sink.send(['a:1|g'], signal));
    await sink.close();
  });
  expect(sent).toEqual([expect.objectContaining({ lines: 0, failedLines: 1 })]);
});

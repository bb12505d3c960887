import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import { cli } from '../../../support/cli.ts';
import { type Provider, provider, server } from '../../../support/provider.ts';

const ending: Provider[] = [];
afterEach(async () => {
  for (const { stop } of ending.splice(0)) await stop();
});

/** What a person reads: without the sequences that move the cursor. */
const words = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  text.replace(/\u001b\[[0-9?]*[a-zA-Z]/g, '');

/** Reads two servers that answer at once and what is held until these words stand on the terminal. */
const readUntil = async (held: 'servers' | 'late', shown: RegExp) => {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const once = (body: unknown) => (response: ServerResponse) =>
    void released.then(() => response.end(JSON.stringify(body)));
  const well = server('1%', '2%');
  const started = await provider({
    ...{ a: well, b: well, late: held === 'late' ? once(well) : well },
    servers: held === 'servers' ? once(['a', 'b', 'late']) : JSON.stringify(['a', 'b', 'late']),
  });
  ending.push(started);
  let said = '';
  const heard = (part: string): void => {
    said += part;
    if (shown.test(words(said))) release();
  };
  return cli(['services', '--inventory', started.url, '--timeout', '1m'], { heard, errColumns: 100 });
};

describe('a long reading shows on a terminal', () => {
  test.each([
    ['whom it asks', 'servers', /asking http:\/\/127\.0\.0\.1:\d+\/ for its servers …/],
    ['how far it has got', 'late', /2 of 3 servers read …/],
  ] as const)('%s, and leaves no trace', async (_what, held, shown) => {
    const { exit, out, err } = await readUntil(held, shown);
    expect([exit, out.split('\n')[0]]).toEqual([0, '3 servers: 3 healthy']);
    expect(words(err)).toMatch(shown);
    // What comes last takes the line away and puts the cursor to where it began.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(err.slice(err.lastIndexOf('…') + 1)).toMatch(/^\n?(\u001b\[2K|\u001b\[1A|\u001b\[G)+$/);
  });
});

test('a short reading shows nothing of itself', async () => {
  const started = await provider({ a: server('1%', '2%') });
  ending.push(started);
  const { exit, err } = await cli(['services', '--inventory', started.url], { errColumns: 100 });
  expect([exit, err]).toEqual([0, '']);
});

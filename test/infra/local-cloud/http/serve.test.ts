import { expect, test } from '@jest/globals';
import { jsonReply, serve } from '../../../../infra/local-cloud/http/serve.ts';

test('leaves it to the client to end an idle connection: no request crosses its end', async () => {
  const served = await serve(() => jsonReply(200, {}), {
    port: 0,
    bodyBytesAtMost: 100,
    onBug: (error) => {
      throw error;
    },
  });
  const { headers } = await fetch(served.url).finally(() => served.close());
  expect(headers.get('connection')).toBe('keep-alive');
  // Node names the time here that it keeps an idle connection for, if it ends one at all.
  expect(headers.get('keep-alive')).toBeNull();
});

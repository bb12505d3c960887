import { Writable } from 'node:stream';
import { afterEach, expect, jest, test } from '@jest/globals';
import { Exchange } from '../../../proxy/fast/exchange.ts';
import type { Beginning, ClientSide, FastParts } from '../../../proxy/fast/parts.ts';
import { RequestScanner } from '../../../proxy/fast/request-head.ts';
import { Sweep } from '../../../proxy/fast/sweep.ts';

const sweep = new Sweep();
afterEach(() => sweep.stop());

test('a client that goes before it has taken its answer is not served, and gets nothing more', async () => {
  let taken: (error: Error) => void = () => undefined;
  const takesNothing = new Writable({
    write: (_bytes, _encoding, done) => {
      taken = done;
    },
    destroy: (error, done) => {
      taken(new Error('the client has gone'));
      done(error);
    },
  });
  const gone = new Promise((resolve) => takesNothing.once('close', resolve));
  const exchangeEnded = jest.fn();
  const requestEnded = jest.fn();
  const parts = {
    ...{ load: { inFlight: 0 }, clock: { monotonicMs: () => 0 }, limits: { idleMs: 1_000 } },
    ...{ clientLimits: { keepAlive: 1_000, inFlight: 9, request: 1_000 }, telemetry: { requestEnded } },
    isStopping: () => false,
  };
  const client = { socket: takesNothing, exchangeEnded };
  const exchange = new Exchange(client as unknown as ClientSide, parts as unknown as FastParts, sweep);
  const bytes = Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  const request = new RequestScanner(16_384);
  request.scan(bytes, 0, bytes.length);
  // Answered at once, by the router itself.
  exchange.begin(request, { isCircle: true, outgoing: '' } as unknown as Beginning, bytes);
  takesNothing.destroy();
  await gone;
  expect(exchangeEnded).not.toHaveBeenCalled();
  exchange.abort();
  expect(requestEnded.mock.calls).toEqual([[undefined, 0]]);
});

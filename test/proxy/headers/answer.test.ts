import { expect, test } from '@jest/globals';
import { answerHeaders } from '../../../proxy/headers/answer.ts';

test('passes on what is the answer’s, in its order and spelling, repeated headers too', () => {
  const raw = ['X-B', '1', 'Set-Cookie', 'a=1', 'x-a', '2', 'Set-Cookie', 'b=2'];
  expect(answerHeaders(raw)).toEqual(raw);
});

test('keeps back what is the connection’s', () => {
  const raw = ['Connection', 'keep-alive', 'Keep-Alive', 'timeout=5', 'Transfer-Encoding', 'chunked', 'Trailer', 'X-T'];
  expect(answerHeaders([...raw, 'Proxy-Authenticate', 'x', 'Upgrade', 'h2c', 'X-A', '1'])).toEqual(['X-A', '1']);
});

test('keeps back what Connection nominates, but never a Content-Length', () => {
  const raw = ['Connection', 'close, X-Secret, Content-Length', 'x-secret', '1', 'Content-Length', '3'];
  expect(answerHeaders(raw)).toEqual(['Content-Length', '3']);
});

test('does not pass on a length beside chunks', () => {
  expect(answerHeaders(['Content-Length', '3', 'Transfer-Encoding', 'chunked'])).toEqual([]);
});

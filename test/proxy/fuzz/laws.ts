/** What must hold between the fast path and Node's own readers. Each law returns what is wrong, or nothing. */

import { answerHeaders, isUnderstood } from '../../../proxy/headers/answer.ts';
import { reasons } from '../../../proxy/headers/reasons.ts';
import { type ForwardableRequest, readRequest } from '../../../proxy/headers/request.ts';
import type { PassedAnswer } from './fast-answers.ts';
import { type Passed, pseudonym } from './fast-path.ts';
import type { HeardAnswer } from './node-client.ts';
import type { Heard, HeardRequest } from './node-server.ts';
import { readStrictly, type Written } from './strict.ts';

const peer = { address: '203.0.113.9', isTrusted: () => false };

/** Whatever the fast path takes, Node's server reads as the same requests, and the slow path would send on alike. */
export const sameRequests = (
  { written, isClosed, handed }: Passed,
  heard: Heard,
  again: Heard | undefined,
): string | undefined => {
  for (const [index, text] of written.entries()) {
    if (text === '') continue;
    const request = heard.requests[index];
    if (request === undefined)
      return `request ${index} is none to Node (${heard.error ?? 'no error'}): ${JSON.stringify(text)}`;
    const wrong = sameRequest(text, request);
    if (wrong !== undefined) return `request ${index}: ${wrong}`;
    if (!request.isWhole && heard.error !== undefined && !isClosed && handed === undefined)
      return `request ${index}: Node finds ${heard.error} in its body, the fast path nothing`;
  }
  return again === undefined ? undefined : sameRest(heard, written.length, again);
};

/** Where the fast path takes less than Node does, Node has nothing to say, or finds something else further on. */
const narrower: ReadonlySet<string> = new Set([
  ...[reasons.trailerNotAllowed, reasons.chunkSizeTooLarge, reasons.chunkExtension],
  ...[reasons.chunkExtensionsTooLarge, reasons.trailersTooLarge],
]);

/** Did both refuse the same request, each by what it has read itself? */
export const areBothRefused = ({ refused, begun }: Passed, { requests, because }: Heard): boolean =>
  refused !== undefined &&
  !narrower.has(refused) &&
  because !== undefined &&
  requests.length === begun &&
  requests.at(-1)?.isWhole === false;

/** What both refuse, they refuse for the same reason. */
export const sameReason = (passed: Passed, heard: Heard): string | undefined =>
  areBothRefused(passed, heard) && passed.refused !== heard.because
    ? `refused since ${passed.refused ?? ''}, on the slow path since ${heard.because ?? ''}`
    : undefined;

/** What is given away begins where a request begins. */
const sameRest = (heard: Heard, from: number, again: Heard): string | undefined => {
  const whole = JSON.stringify([heard.requests.slice(from), heard.error]);
  const rest = JSON.stringify([again.requests, again.error]);
  return whole === rest ? undefined : `the rest reads otherwise: ${rest}, not ${whole}`;
};

const sameRequest = (text: string, { raw, body, isWhole }: HeardRequest): string | undefined => {
  const read = readStrictly(text, () => false);
  if (read === null || read === 'more') return `what went on does not fit the grammar: ${JSON.stringify(text)}`;
  const judged = readRequest(raw, peer, pseudonym);
  if (judged.kind === 'refuse') return `the slow path refuses it: ${judged.because}`;
  if (read.first !== `${judged.method} ${judged.target} HTTP/1.1`)
    return `${read.first} is ${judged.method} ${judged.target} to Node`;
  if (read.isWhole ? !isWhole || read.body !== body : !body.startsWith(read.body))
    return `the body ${JSON.stringify(read.body)} is ${JSON.stringify(body)} to Node, ${isWhole ? 'whole' : 'not whole'}`;
  return sameFields(read, judged);
};

const sameFields = ({ fields }: Written, { headers }: ForwardableRequest): string | undefined => {
  const wanted = Object.entries(headers).flatMap(([name, value]) =>
    (typeof value === 'string' ? [value] : value).map((one) => `${name}: ${one.trim()}`),
  );
  // That a POST has no body is said by Node's client on the slow path.
  const told = fields.filter((field) => field !== 'content-length: 0' || wanted.includes(field));
  const [a, b] = [told.join('\n'), wanted.sort().join('\n')];
  return a === b ? undefined : `the headers ${JSON.stringify(a)} are ${JSON.stringify(b)} on the slow path`;
};

/** Whatever answer the fast path passes on, Node's client reads as the same one. */
export const sameAnswer = (
  { progress, text, keepsAlive }: PassedAnswer,
  heard: HeardAnswer | undefined,
  error: string | undefined,
  isToHead: boolean,
): string | undefined => {
  const final = withoutInterim(text);
  if (progress === 'invalid' || final === '') return undefined;
  if (heard === undefined) return `it is none to Node (${error ?? 'no error'}): ${JSON.stringify(text)}`;
  if (!isUnderstood(heard)) return 'the slow path refuses it';
  const read = readStrictly(final, (first) => isToHead || /^HTTP\/1\.1 (?:204|304)/.test(first));
  if (read === null || read === 'more') return `what went on does not fit the grammar: ${JSON.stringify(text)}`;
  if (Number(read.first.slice(9, 12)) !== heard.status) return `${read.first} is ${heard.status} to Node`;
  const isWhole = progress === 'answered';
  if (isWhole !== read.isWhole) return `${progress}, but what went on is ${read.isWhole ? 'whole' : 'not whole'}`;
  if (isWhole ? !heard.isWhole || read.body !== heard.body : !heard.body.startsWith(read.body))
    return `the body ${JSON.stringify(read.body)} is ${JSON.stringify(heard.body)} to Node, ${heard.isWhole ? 'whole' : 'not whole'}`;
  if (progress === 'answering' && error !== undefined) return `Node finds ${error} in its body, the fast path nothing`;
  // Of what has no body Node also believes no connection that does not say its length.
  const isBare = isToHead || heard.status === 204 || heard.status === 304;
  if (isWhole && keepsAlive && !heard.keepsAlive && !isBare) return 'Node would not use the connection again';
  return sameAnswerFields(read, heard);
};

/** The framing may be told otherwise, as long as it is there. */
const sameAnswerFields = ({ fields }: Written, { rawHeaders }: HeardAnswer): string | undefined => {
  const flat = answerHeaders(rawHeaders);
  const wanted: string[] = [];
  for (let at = 0; at + 1 < flat.length; at += 2)
    wanted.push(`${(flat[at] ?? '').toLowerCase()}: ${(flat[at + 1] ?? '').trim()}`);
  const framing = /^(?:transfer-encoding|content-length): /;
  const [a, b] = [fields, wanted.sort()].map((list) => list.filter((field) => !framing.test(field)).join('\n'));
  return a === b ? undefined : `the headers ${JSON.stringify(a)} are ${JSON.stringify(b)} on the slow path`;
};

const withoutInterim = (text: string): string => {
  let rest = text;
  while (rest.startsWith('HTTP/1.1 1')) {
    const end = rest.indexOf('\r\n\r\n');
    rest = end < 0 ? '' : rest.slice(end + 4);
  }
  return rest;
};

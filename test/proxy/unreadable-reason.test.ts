import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { lineReasons, reasons } from '../../proxy/headers/reasons.ts';
import { unreadableReason } from '../../proxy/unreadable-reason.ts';

const all = [
  ...Object.values(reasons),
  ...(['header', 'trailer'] as const).flatMap((line) => Object.values(lineReasons(line))),
];

/** As Node's server gives it to `clientError`. */
const parseError = (code: string, reason = 'said in another way', rest: object = {}): Error =>
  Object.assign(new Error('Parse Error'), { code, reason, ...rest });

describe('what cannot be read is refused', () => {
  test.each([
    ['HPE_INVALID_URL', reasons.targetPath],
    ['HPE_INVALID_HEADER_TOKEN', lineReasons('header').name],
    ['HPE_LF_EXPECTED', lineReasons('header').lineEnd],
    ['HPE_INVALID_CONTENT_LENGTH', reasons.length],
    ['HPE_INVALID_TRANSFER_ENCODING', reasons.encodingEnd],
    ['HPE_INVALID_CHUNK_SIZE', reasons.chunkSize],
    ['HPE_OF_TOMORROW', reasons.notHttp],
  ])('by its code, where the parser says it otherwise than we know: %s', (code, because) => {
    expect(unreadableReason(parseError(code), 'head')).toEqual({ status: 400, error: 'bad-request', because });
  });

  test('by what the parser says, where that is finer', () => {
    const error = parseError('HPE_INVALID_CONTENT_LENGTH', "Content-Length can't be present with Transfer-Encoding");
    expect(unreadableReason(error, 'head')).toMatchObject({ because: reasons.lengthAndEncoding });
    expect(unreadableReason(error, 'body')).toMatchObject({ because: reasons.trailerNotAllowed });
  });

  test('by where it stands: in the head, or in the body', () => {
    const both = (code: string): readonly unknown[] =>
      (['head', 'body'] as const).map((part) => {
        const refusal = unreadableReason(parseError(code), part);
        return typeof refusal === 'string' ? refusal : [refusal.status, refusal.because];
      });
    expect(both('HPE_HEADER_OVERFLOW')).toEqual([
      [431, reasons.headersTooLarge],
      [431, reasons.trailersTooLarge],
    ]);
    expect(both('HPE_INVALID_EOF_STATE')).toEqual([
      [400, reasons.halfAHead],
      [400, reasons.halfABody],
    ]);
    expect(both('ERR_HTTP_REQUEST_TIMEOUT')).toEqual([
      [408, reasons.headersLate],
      [408, reasons.requestLate],
    ]);
  });

  test('a value that is folded, or without CR, is told from one with a control character by where the parser stopped', () => {
    const at = (text: string, bytesParsed: number) => {
      const rest = { rawPacket: Buffer.from(text), bytesParsed };
      return unreadableReason(parseError('HPE_INVALID_HEADER_TOKEN', 'Invalid header value char', rest), 'head');
    };
    const { folded, lineEnd, value } = lineReasons('header');
    expect(at('X:\r\n b', 5)).toMatchObject({ because: folded });
    expect(at('X:\r\n ', 5)).toMatchObject({ because: folded });
    expect(at(' b', 1)).toMatchObject({ because: folded });
    expect(at('X:\nb', 3)).toMatchObject({ because: lineEnd });
    expect(at('X:\n', 3)).toMatchObject({ because: lineEnd });
    expect(at('X: \0', 3)).toMatchObject({ because: value });
    expect(at('\0', 0)).toMatchObject({ because: value });
  });

  test('no two causes share a reason', () => {
    expect(new Set(all).size).toBe(all.length);
  });
});

test('nobody is told anything where the client has gone, or where its last answer stands', () => {
  expect(unreadableReason(parseError('ECONNRESET'), 'head')).toBe('gone');
  expect(unreadableReason(new Error('anything'), 'head')).toBe('gone');
  expect(unreadableReason(parseError('HPE_CLOSED_CONNECTION'), 'head')).toBe('nothing more is read');
});

test('the guide lists every reason', async () => {
  const guide = await readFile(new URL('../../docs/guides/watch-a-proxy.md', import.meta.url), 'utf8');
  expect(all.filter((reason) => !guide.includes(`\`${reason}\``))).toEqual([]);
});

/** What Node's parser found wrong with a request, in our own words. */
import type { Refusal } from './forward/failure.ts';
import { lineReasons, reasons } from './headers/reasons.ts';

/** What was being read. */
export type Part = 'head' | 'body';

/**
 * What to tell the client; `gone`: there is nobody to tell, `nothing more is read`: what came behind the last answer.
 *
 * @param error of the event `clientError`
 */
export const unreadableReason = (error: Error, part: Part): Refusal | 'gone' | 'nothing more is read' => {
  const code: unknown = Reflect.get(error, 'code');
  if (code === 'HPE_CLOSED_CONNECTION') return 'nothing more is read';
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return late(part === 'head' ? reasons.headersLate : reasons.requestLate);
  if (typeof code !== 'string' || !code.startsWith('HPE_')) return 'gone';
  if (code === 'HPE_HEADER_OVERFLOW')
    return headersTooLarge(part === 'head' ? reasons.headersTooLarge : reasons.trailersTooLarge);
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return extensionsTooLarge;
  return badRequest(badBecause(code, error, part));
};

export const badRequest = (because: string): Refusal => ({ status: 400, error: 'bad-request', because });
export const late = (because: string): Refusal => ({ status: 408, error: 'request-timeout', because });
export const headersTooLarge = (because: string): Refusal => ({ status: 431, error: 'headers-too-large', because });
export const extensionsTooLarge: Refusal = {
  ...{ status: 413, error: 'content-too-large' },
  because: reasons.chunkExtensionsTooLarge,
};

const badBecause = (code: string, error: Error, part: Part): string => {
  const said: unknown = Reflect.get(error, 'reason');
  const line = lineReasons(part === 'head' ? 'header' : 'trailer');
  if (code === 'HPE_INVALID_METHOD' && isTls(error)) return reasons.tls;
  if (code === 'HPE_INVALID_EOF_STATE') return part === 'head' ? reasons.halfAHead : reasons.halfABody;
  if (said === 'Invalid header value char') return inValue(error, line);
  const known = knownOf(said, line, part) ?? byCode(code, line);
  // In a body these stand in its trailers.
  return part === 'body' && framing.has(known) ? reasons.trailerNotAllowed : known;
};

type LineReasons = ReturnType<typeof lineReasons>;

/**
 * By what llhttp says (https://github.com/nodejs/llhttp/blob/main/src/llhttp/http.ts), which is finer than its codes. Where
 * another version says it otherwise, the code still tells.
 */
const knownOf = (said: unknown, line: LineReasons, part: Part): string | undefined => {
  if (typeof said !== 'string') return undefined;
  if (said.startsWith('Invalid char in url')) return reasons.targetCharacter;
  if (/^(?:Missing expected CR after|Invalid character in) chunk extension/.test(said)) return reasons.chunkExtension;
  switch (said) {
    case 'Unexpected whitespace after header value':
      return line.folded;
    case 'Expected LF after CR':
      return line.lineEnd;
    case 'Expected LF after headers':
      return part === 'head' ? reasons.headersEnd : reasons.trailersEnd;
    default:
      return bySaid.get(said);
  }
};

const bySaid: ReadonlyMap<string, string> = new Map([
  ['Expected space after method', reasons.methodEnd],
  ['Unexpected char in url server', reasons.targetHost],
  ['Expected CRLF after version', reasons.versionEnd],
  ["Content-Length can't be present with Transfer-Encoding", reasons.lengthAndEncoding],
  ["Transfer-Encoding can't be present with Content-Length", reasons.lengthAndEncoding],
  ['Content-Length overflow', reasons.lengthTooLarge],
  ['Request has invalid `Transfer-Encoding`', reasons.encodingEnd],
  ['Invalid `Transfer-Encoding` header value', reasons.encodingAfter],
  ['Chunk size overflow', reasons.chunkSizeTooLarge],
  ['Missing expected CR after chunk size', reasons.chunkSizeEnd],
  ['Expected LF after chunk size', reasons.chunkSizeEnd],
  ['Missing expected CR after chunk data', reasons.chunkEnd],
  ['Expected LF after chunk data', reasons.chunkEnd],
]);

const byCode = (code: string, line: LineReasons): string => {
  switch (code) {
    case 'HPE_INVALID_METHOD':
      return reasons.method;
    case 'HPE_PAUSED_H2_UPGRADE':
      return reasons.http2;
    case 'HPE_INVALID_URL':
      return reasons.targetPath;
    case 'HPE_INVALID_CONSTANT':
      return reasons.targetEnd;
    case 'HPE_INVALID_VERSION':
      return reasons.version;
    case 'HPE_UNEXPECTED_SPACE':
      return reasons.blankFirst;
    case 'HPE_INVALID_HEADER_TOKEN':
      return line.name;
    case 'HPE_LF_EXPECTED':
    case 'HPE_CR_EXPECTED':
      return line.lineEnd;
    case 'HPE_INVALID_CONTENT_LENGTH':
      return reasons.length;
    case 'HPE_UNEXPECTED_CONTENT_LENGTH':
      return reasons.lengths;
    case 'HPE_INVALID_TRANSFER_ENCODING':
      return reasons.encodingEnd;
    case 'HPE_INVALID_CHUNK_SIZE':
      return reasons.chunkSize;
    default:
      return reasons.notHttp;
  }
};

const framing: ReadonlySet<string> = new Set([
  ...[reasons.lengths, reasons.length, reasons.lengthTooLarge, reasons.lengthAndEncoding],
  ...[reasons.encodingEnd, reasons.encodingAfter],
]);

/** The byte at which the parser stopped, or so many beside it, where Node says and it came with the same packet. */
const offending = (error: Error, beside = 0): number | undefined => {
  const packet: unknown = Reflect.get(error, 'rawPacket');
  const at: unknown = Reflect.get(error, 'bytesParsed');
  return Buffer.isBuffer(packet) && typeof at === 'number' ? packet[at + beside] : undefined;
};

/** The first byte of a ClientHello: https://www.rfc-editor.org/rfc/rfc8446#section-5.1 */
const isTls = (error: Error): boolean => offending(error) === 22;

/** Before the first character of a value the parser stops one behind what it does not like: an LF, or the blank of a fold. */
const inValue = (error: Error, line: LineReasons): string => {
  const [before, byte] = [offending(error, -1), offending(error)];
  if (before === lf) return line.lineEnd;
  const isFolded = byte === undefined ? isBlank(before) : isBlank(byte) || (byte > 32 && byte !== 127);
  return isFolded ? line.folded : line.value;
};

const lf = 10;
const isBlank = (byte: number | undefined): boolean => byte === 32 || byte === 9;

/**
 * Why a request is refused that cannot be understood: one reason for each cause, the same on both paths. Whoever wrote the
 * client goes by them, so they stay as they are from one version to the next; docs/guides/watch-a-proxy.md lists them.
 */
export const reasons = {
  notHttp: 'this is no HTTP/1.1',
  tls: 'this is TLS, and plain HTTP is spoken here',
  http2: 'this is HTTP/2, and HTTP/1.1 is spoken here',
  halfAHead: 'the connection ended within the headers',
  halfABody: 'the connection ended within the body',
  method: 'the method is not known',
  methodEnd: 'the method is not followed by a space',
  targetPath: 'the request target is not a path',
  targetHost: 'the request target names no valid host',
  targetStar: 'the request target * is for OPTIONS alone',
  targetFragment: 'the request target has a fragment',
  targetCharacter: 'the request target has a character that is not allowed',
  targetEnd: 'the request target is not followed by HTTP/ and a version',
  version: 'HTTP/1.1 and HTTP/1.0 are understood',
  versionEnd: 'the HTTP version is not followed by CR LF',
  blankFirst: 'the first header begins with a blank',
  headersEnd: 'the headers do not end with CR LF',
  noHost: 'no Host header',
  hosts: 'more than one Host header',
  hostEmpty: 'the Host header is empty',
  host: 'the Host header is not a host',
  lengths: 'more than one Content-Length header',
  length: 'Content-Length is not a length',
  lengthTooLarge: 'Content-Length is too large',
  lengthAndEncoding: 'both Content-Length and Transfer-Encoding',
  encodingIn10: 'Transfer-Encoding in HTTP/1.0',
  encoding: 'the only Transfer-Encoding understood is chunked',
  encodingEnd: 'Transfer-Encoding does not end in chunked',
  encodingAfter: 'something follows chunked in Transfer-Encoding',
  chunkSize: 'a chunk size is not hexadecimal',
  chunkSizeTooLarge: 'a chunk size is too large',
  chunkSizeEnd: 'a chunk size is not followed by CR LF',
  chunkEnd: 'a chunk is not followed by CR LF',
  chunkExtension: 'a chunk extension has a character that is not allowed',
  chunkExtensionsTooLarge: 'the chunk extensions are larger than allowed',
  trailerNotAllowed: 'a trailer says where a message ends, or what becomes of the connection',
  trailersEnd: 'the trailers do not end with CR LF',
  headersTooLarge: 'the headers are larger than allowed',
  trailersTooLarge: 'the trailers are larger than allowed',
  headersLate: 'the headers did not come in time',
  requestLate: 'the request did not come whole in time',
} as const;

/** Of a header, or of a trailer. */
export const lineReasons = (line: 'header' | 'trailer') =>
  ({
    name: `a ${line} line does not begin with a name and a colon`,
    value: `a ${line} value has a character that is not allowed`,
    folded: `a ${line} is folded over several lines`,
    lineEnd: `a ${line} line does not end with CR LF`,
  }) as const;

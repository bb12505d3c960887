/** Streams of bytes as clients and nodes may send them: mostly right, often nearly so, cut anywhere. */
import fc from 'fast-check';

export interface Case {
  /** All bytes, one character each. */
  readonly bytes: string;
  /** Where the stream is cut into packets, as shares of its length. */
  readonly cuts: readonly number[];
}

const nasty = [
  '\r',
  '\n',
  '\r\n',
  '\0',
  ' ',
  '\t',
  '\v',
  ':',
  ';',
  ',',
  '0',
  '5',
  '+',
  '-',
  '_',
  'a',
  '\x7f',
  '\x80',
  '\xff',
  '#',
];
const token = fc.constantFrom(
  'X-A',
  'Cookie',
  'Accept',
  'X-b_c',
  'a',
  '__proto__',
  'constructor',
  'Date',
  "X!#$%&'*+.^`|~",
);
const value = fc.constantFrom('', 'b', 'a=1; b=2', 'c  d', 'caf\xe9', '*/*', 'x'.repeat(40), 'close', 'chunked', '5');
const plainLine = fc.tuple(token, value).map(([name, text]) => `${name}: ${text}`);
const meaningful = fc.constantFrom(
  ...['Connection: close', 'Connection: keep-alive', 'Connection: x-a, close', 'connection: X-A', 'Connection: host'],
  ...[
    'Content-Length: 0',
    'Content-Length: 5',
    'content-length: 5',
    'Content-Length: 05',
    'Transfer-Encoding: chunked',
  ],
  ...[
    'Transfer-Encoding: CHUNKED',
    'Transfer-Encoding: gzip, chunked',
    'Host: b',
    'Host: ',
    'Via: 1.1 x',
    'TE: trailers',
  ],
  ...[
    'X-Forwarded-For: 1.2.3.4',
    'X-Forwarded-Host: c',
    'X-Forwarded-Proto: https',
    'X_Forwarded_For: 6',
    'Keep-Alive: 5',
  ],
  ...[
    'Expect: 100-continue',
    'Upgrade: websocket',
    'Trailer: X-Sum',
    'Proxy-Connection: keep-alive',
    'Content_Length: 9',
  ],
  ...['Content-Encoding: gzip', 'Set-Cookie: a=1', 'Proxy-Authorization: x', 'HTTP2-Settings: x'],
);
const wrong = fc.constantFrom(
  ...['Content-Length : 5', ' Transfer-Encoding: chunked', 'Transfer-Encoding:\x0bchunked', 'X-A: b\r c', 'X-A: b\n c'],
  ...[
    'X-A: b\r\n c',
    'X-A: \0',
    'Content-Length: +5',
    'Content-Length: 5,5',
    'Content-Length: 5 5',
    'Content-Length: 0x5',
  ],
  ...[
    'Transfer-Encoding: chunked, identity',
    'Transfer-Encoding: xchunked',
    'Transfer-Encoding: chunked\t',
    'X-A',
    ': b',
  ],
  ...[
    'Content-Length: 99999999999999999999',
    'Transfer-Encoding:\r\n chunked',
    'X-A:\tb',
    'X-A: b ',
    'H\xf6st: a',
    'X A: b',
  ],
);
const line = fc.oneof(
  { weight: 24, arbitrary: plainLine },
  { weight: 4, arbitrary: meaningful },
  { weight: 1, arbitrary: wrong },
);

const chunk = fc.constantFrom(
  ...[
    '5\r\nhello\r\n',
    'A\r\n0123456789\r\n',
    '005\r\nhello\r\n',
    '5;a=b\r\nhello\r\n',
    '5 \r\nhello\r\n',
    '0x5\r\nhello\r\n',
  ],
  ...[
    '5\nhello\r\n',
    '5\r\nhello\n',
    '5\r\nhelloo\r\n',
    '-5\r\nhello\r\n',
    'ffffffffffffffff5\r\nhello\r\n',
    '5;a\rb\r\nhello\r\n',
  ],
  ...['5;a\nb\r\nhello\r\n', '5;a\0b\r\nhello\r\n', '5\rhello\r\n', '5\r\nhello\rx', '\r\nhello\r\n', 'xyz\r\n'],
);
/** Right, nearly right, and what the RFC has and Node has not: blanks, names without values, quotes that end nowhere. */
const extensions = fc
  .string({ unit: fc.constantFrom('a', 'b', ';', '=', '"', '\\', ' ', '\t', '\x7F', '\xE9'), maxLength: 6 })
  .map((text) => `5;${text}\r\nhello\r\n`);
const goodChunk = fc.constantFrom('5\r\nhello\r\n', 'a\r\n0123456789\r\n', '5;a=b\r\nhello\r\n');
const last = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('0\r\n\r\n', '00\r\n\r\n') },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...[
        '0\r\nX-Sum: 1\r\n\r\n',
        '0;x\r\n\r\n',
        '0\r\nContent-Length: 5\r\n\r\n',
        '0\r\nX-Sum 1\r\n\r\n',
        '0\r\n X\r\n\r\n',
      ],
      ...[
        '0\r\n\n',
        '0\n\n',
        '0\r\nTransfer-Encoding: x\r\n\r\n',
        '0\r\nX: b\r\n c\r\n\r\n',
        '0\r\nConnection: upgrade\r\n\r\n',
        '',
      ],
      ...[
        '0\r\nX: b\n\r\n',
        '0\r\nX: b\rc\r\n\r\n',
        '0\r\nX: b\0\r\n\r\n',
        '0\r\n: b\r\n\r\n',
        '0\r\nX\xe9: b\r\n\r\n',
      ],
      ...[
        '0\r\nX:\n\r\n',
        '0\r\nX:\rb\r\n\r\n',
        '0\r\nX: \nb\r\n\r\n',
        '0\r\nX:\r\n b\r\n\r\n',
        '0\r\nX: \0\r\n\r\n',
        '0\r\nX: b\r\n\tc\r\n\r\n',
        '0\r\nX: b\r\n\rc',
        '0\r\n\rX',
        '0\r\nX : b\r\n\r\n',
        '0;a\n\r\n',
      ],
    ),
  },
);
const chunks = fc
  .tuple(
    fc.array(
      fc.oneof(
        { weight: 12, arbitrary: goodChunk },
        { weight: 2, arbitrary: chunk },
        { weight: 1, arbitrary: extensions },
      ),
      { maxLength: 3 },
    ),
    last,
  )
  .map(([some, end]) => [...some, end].join(''));

/** The framing that is told, and a body that mostly fits it. */
const framed = fc.oneof(
  fc.constant({ told: [] as string[], body: '' }),
  fc.integer({ min: 0, max: 40 }).map((size) => ({
    told: [`Content-Length: ${size}`],
    body: 'GET / HTTP/1.1\r\nHost: x\r\n\r\n0123456789abcdef'.slice(0, size),
  })),
  chunks.map((body) => ({ told: ['Transfer-Encoding: chunked'], body })),
);

const headers = fc.record({
  before: fc.array(line, { maxLength: 3 }),
  after: fc.array(line, { maxLength: 2 }),
  framed,
});

const method = fc.oneof(
  { weight: 24, arbitrary: fc.constantFrom('GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS') },
  { weight: 1, arbitrary: fc.constantFrom('TRACE', 'get', 'MEOW', 'CONNECT', 'PRI', 'QUERY', 'PROPFIND') },
);
const target = fc.oneof(
  { weight: 40, arbitrary: fc.constantFrom('/', '/a?b=c', '//a/../b', '/%00', '/a|b"<>^`\\{}', '/a;b') },
  {
    weight: 2,
    arbitrary: fc.constantFrom('*', 'http://b/c', 'a', '/a#b', '/a b', '', '/\x80', '/\0', 'b:80', 'HTTPS://b?x'),
  },
);
const httpVersion = fc.oneof(
  { weight: 40, arbitrary: fc.constant('HTTP/1.1') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('HTTP/1.0', 'HTTP/1.2', 'HTTP/2.0', 'http/1.1', 'HTTP/0.9', 'RTSP/1.0', 'HTTP/1.1 '),
  },
);
const hosted = fc.oneof(
  { weight: 30, arbitrary: fc.constant(['Host: a']) },
  { weight: 1, arbitrary: fc.constant<string[]>([]) },
);

const request = fc
  .record({ method, target, httpVersion, hosted, headers })
  .map(
    ({ method: name, target: path, httpVersion: version, hosted: host, headers: { before, after, framed: frame } }) =>
      [`${name} ${path} ${version}`, ...before, ...host, ...frame.told, ...after, '', frame.body].join('\r\n'),
  );

const status = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom('HTTP/1.1 200 OK', 'HTTP/1.1 404 Not Found', 'HTTP/1.1 204 No', 'HTTP/1.1 304 N'),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      'HTTP/1.0 200 OK',
      'HTTP/1.1 200',
      'HTTP/1.1 200 ',
      'HTTP/1.1 103 Hints',
      'HTTP/1.1 100 C',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'HTTP/1.1 099 x',
      'HTTP/1.1 101 S',
      'HTTP/1.1 2000 x',
      'HTTP/2 200 OK',
      'HTTP/1.1  200 OK',
      'X',
    ),
  },
);
const answer = fc
  .record({ status, headers })
  .map(({ status: first, headers: { before, after, framed: frame } }) =>
    [first, ...before, ...frame.told, ...after, '', frame.body].join('\r\n'),
  );

interface Edit {
  readonly at: number;
  readonly what: string;
  readonly kind: string;
}
const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  what: fc.constantFrom(...nasty),
  kind: fc.constantFrom('insert', 'replace', 'delete', 'cut'),
});
const edits = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Edit[]>([]) },
  { weight: 2, arbitrary: fc.array(edit, { minLength: 1, maxLength: 3 }) },
);

const streams = (message: fc.Arbitrary<string>, most: number): fc.Arbitrary<Case> =>
  fc
    .record({
      messages: fc.array(message, { minLength: 1, maxLength: most }),
      edits,
      cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
    })
    .map(({ messages, edits: some, cuts }) => ({ bytes: some.reduce(edited, messages.join('')), cuts }));

const edited = (text: string, { at, what, kind }: Edit): string => {
  const place = Math.floor(at * text.length);
  switch (kind) {
    case 'insert':
      return text.slice(0, place) + what + text.slice(place);
    case 'replace':
      return text.slice(0, place) + what + text.slice(place + 1);
    case 'delete':
      return text.slice(0, place) + text.slice(place + 1);
    default:
      return text.slice(0, Math.max(1, place));
  }
};

export const requestStreams = streams(request, 3);
export const answerStreams = fc.record({ stream: streams(answer, 2), isToHead: fc.boolean(), isClosed: fc.boolean() });

/** The packets of a case, none of them empty. */
export const packetsOf = ({ bytes, cuts }: Case): readonly Buffer[] => {
  const places = [...new Set(cuts.map((cut) => Math.floor(cut * bytes.length)))].sort((a, b) => a - b);
  const edges = [0, ...places, bytes.length];
  return edges
    .map((edge, index) => Buffer.from(bytes.slice(edge, edges[index + 1] ?? edge), 'latin1'))
    .filter(({ length }) => length > 0);
};

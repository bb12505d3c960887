/**
 * Where the inspector of a process is or would be, by what it was started with. That is a guess: a process may have
 * written over its command line (`process.title`). What it opens in the end is told by its sockets.
 */
import type { ProcessFacts } from '../../doctor/ports/process-look.ts';

export interface InspectorPlace {
  readonly host: string;
  readonly port: number;
}

/** As Node.js has them. */
const defaults: InspectorPlace = { host: '127.0.0.1', port: 9229 };

/** The command line comes after NODE_OPTIONS and wins; a host and a port are kept apart, as node does. */
export const inspectorPlaceOf = ({ argv, nodeOptions }: Pick<ProcessFacts, 'argv' | 'nodeOptions'>): InspectorPlace => {
  const words = [...(nodeOptions ?? '').split(/\s+/), ...ownOptions(argv.slice(1))];
  const places = words.map((word, at) => placeIn(word, words[at + 1]));
  return {
    host: places.findLast(({ host }) => host !== undefined)?.host ?? defaults.host,
    port: places.findLast(({ port }) => port !== undefined)?.port ?? defaults.port,
  };
};

/** Whether it is reached from this machine alone. Other names may be those of any address. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);

const withValue = /^--(?:inspect(?:-brk|-wait|-port)?|debug-port)=(.+)$/;
/** These alone take their value from the next word as well. */
const portAlone = /^--(?:inspect-port|debug-port)$/;

const placeIn = (word: string, next: string | undefined): Partial<InspectorPlace> => {
  const value = withValue.exec(word)?.[1] ?? (portAlone.test(word) ? next : undefined);
  return value === undefined ? {} : parsed(value);
};

/** `9229`, `host`, `host:9229`, `[::1]:9229`. */
const parsed = (value: string): Partial<InspectorPlace> => {
  if (/^\d+$/.test(value)) return { port: Number(value) };
  const [, bracketed, plain, port] = /^(?:\[(.*)\]|(.*?))(?::(\d+))?$/.exec(value) ?? [];
  const host = bracketed ?? plain;
  return {
    ...(host === undefined || host === '' ? {} : { host }),
    ...(port === undefined ? {} : { port: Number(port) }),
  };
};

/** Options whose value may be the next word, which is no script then. */
const takesNext = new Set(
  [
    '-r --require --import --loader --experimental-loader -C --conditions --env-file --env-file-if-exists --title',
    '-e --eval -p --print --input-type --experimental-default-type --inspect-port --debug-port --inspect-publish-uid',
    '--icu-data-dir --openssl-config --max-http-header-size --unhandled-rejections --dns-result-order --diagnostic-dir',
    '--redirect-warnings --disable-warning --disable-proto --report-dir --report-directory --report-filename',
    '--report-signal --heapsnapshot-signal --heapsnapshot-near-heap-limit --secure-heap --secure-heap-min',
    '--tls-cipher-list --tls-keylog --trace-event-categories --trace-event-file-pattern --use-largepages',
    '--v8-pool-size --watch-path --snapshot-blob --allow-fs-read --allow-fs-write',
  ].flatMap((line) => line.split(' ')),
);

/** What follows the script is the script's. */
const ownOptions = (words: readonly string[]): readonly string[] => {
  const script = words.findIndex((word, at) => !word.startsWith('-') && !takesNext.has(words[at - 1] ?? ''));
  return script < 0 ? words : words.slice(0, script);
};

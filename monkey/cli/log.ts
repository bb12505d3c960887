/**
 * The log of a process, by pino, on stderr: JSON for programs, one line of text for a person at a terminal. What
 * must not be seen is taken out by the name of its field; secrets of the configuration show as `[secret]` by themselves.
 */
import { pino } from 'pino';
import type { Log } from '../../pool/log.ts';
import { type Colour, harmless, paint, screenOf } from './print.ts';

export type Level = 'info' | 'warn' | 'error';

export interface LogOptions {
  readonly level: Level;
  /** Which daemon or command speaks. */
  readonly name: string;
}

type Stream = Pick<NodeJS.WriteStream, 'isTTY' | 'columns'> & { readonly write: (text: string) => unknown };

/** Fields that are never shown, whoever logs them, at the top and one level down. */
const secretFields = ['password', 'token', 'secret', 'authorization', 'secretAccessKey', 'sessionToken', 'cookie'];

export const createLog = (
  { level, name }: LogOptions,
  stream: Stream,
  env: Readonly<Record<string, string | undefined>>,
): Log => {
  const { colours, columns } = screenOf(stream, env);
  const target = columns === undefined ? stream : { write: (line: string) => stream.write(textLine(line, colours)) };
  const logger = pino(
    {
      name,
      level,
      base: { name, pid: process.pid },
      messageKey: 'event',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: pino.stdSerializers.err, cause: pino.stdSerializers.err },
      redact: { paths: secretFields.flatMap((field) => [field, `*.${field}`]), censor: '[secret]' },
    },
    { write: (line) => void target.write(line) },
  );
  return {
    info: (event, fields) => logger.info(fields ?? {}, event),
    warn: (event, fields) => logger.warn(fields ?? {}, event),
    error: (event, fields) => logger.error(fields ?? {}, event),
  };
};

const levelColours: Readonly<Record<string, Colour>> = { warn: 'yellow', error: 'red' };

/** `12:03:04 treatment-vetoed node=web-2 vetoes=[…]` */
const textLine = (line: string, colours: boolean): string => {
  const screen = { colours, columns: undefined };
  const parsed: unknown = JSON.parse(line);
  const { time, level, event, ...rest }: Readonly<Record<string, unknown>> = Object.fromEntries(
    parsed instanceof Object ? Object.entries(parsed) : [],
  );
  const values = Object.entries(rest)
    .filter(([key]) => key !== 'name' && key !== 'pid')
    .map(([key, value]) => `${paint(`${key}=`, 'dim', screen)}${valueText(value)}`);
  const clock = paint(String(time).slice(11, 19), 'dim', screen);
  return `${[clock, paint(harmless(String(event)), levelColours[String(level)], screen), ...values].join(' ')}\n`;
};

const valueText = (value: unknown): string =>
  harmless(typeof value === 'string' && /^\S+$/.test(value) ? value : JSON.stringify(value));

/*
 * What is asked of all nodes at once, as it stands in their records, without reading the rest: JSON.parse and the checks of
 * 10,000 records cost a process that has just begun as much as all else together. Which fields a record has, in which
 * order, and its state are learned from those that were read whole; a pattern made of that holds further texts to the same.
 *
 * INVARIANTS
 * - A text that fits is a record by parse-record.ts too, and says the same: its fields are those of one that was read, each
 *   once, each value is of its kind, and the id is the name that it is kept under.
 * - Only records without the fields of a treatment, a hold or another version fit.
 */
import type { Neighbour } from './neighbour.ts';
import { isKnownState, type NodeRecord } from './record.ts';
import type { Shape } from './uncut.ts';

/** Without quotes, escapes and what JSON wants escaped. */
const text = '"[ !#-\\[\\]-~\\x80-\\xff]*"';
const name = '"[ !#-\\[\\]-~\\x80-\\xff]+"';
/** Up to 15 digits: far from where a number is no longer exact. */
const count = '(?:0|[1-9]\\d{0,14})';
const amount = `${count}(?:\\.\\d{1,9})?`;
const listOf = (one: string): string => `\\[(?:${one}(?:,${one})*)?\\]`;
const remedyBegun = `\\{"remedy":"[\\w-]+","finding":"[\\w-]+","atMs":${amount}\\}`;

/** The values that fit, by field. */
const fitting: Readonly<Record<string, string>> = {
  ...{ schema: '1', id: '"(?!")\\1"', url: name, service: text, state: name, sinceMs: amount, version: count },
  ...{ bootId: text, weight: '(?:1|0(?:\\.\\d{1,9})?)', relapses: count, because: text, commit: name },
  // It is handed on as it stands, so there may be nothing in it that somebody would have to decode.
  session: '"[ !#-\\[\\]-~]*"',
  ...{ treatmentTimes: listOf(amount), remedies: listOf(remedyBegun) },
  ...{ readmittedMs: amount, busy: count, servingSinceMs: amount },
};

/** What is kept of a record, beside its id and its state. */
const kept = ['session', 'sinceMs', 'remedies'] as const satisfies readonly (keyof Neighbour)[];

/** Records of a pool have a few shapes: with remedies or without, say. */
const mostShapes = 12;

/**
 * Names the shape of a record, once each: what is kept of it is a `Neighbour`. Undefined: it has none that texts could be
 * held to, or that is named already.
 */
export const quietShapes = (): ((record: NodeRecord) => Shape | undefined) => {
  const known = new Set<string>();
  return (record) => {
    const fields = Object.keys(record);
    const shape = `${record.state} ${fields.join()}`;
    if (known.size >= mostShapes || known.has(shape) || !isKnownState(record.state)) return undefined;
    if (!fields.join().startsWith(first) || !fields.every(isQuiet)) return undefined;
    known.add(shape);
    return shapeOf(fields, record.state);
  };
};

/** As every record begins that we have made. */
const first = 'schema,id,';

const isQuiet = (field: string): boolean => Object.hasOwn(fitting, field);

const shapeOf = (fields: readonly string[], state: string): Shape => {
  const taken = fields.filter((field) => (kept as readonly string[]).includes(field));
  const values = fields.map((field) => {
    const value = field === 'state' ? `"${state}"` : (fitting[field] ?? '');
    return `"${field}":${taken.includes(field) ? `(${value})` : value}`;
  });
  const rest = taken.map((field, at) => `,"${field}":$${at + 2}`);
  return { value: `\\{${values.join()}\\}`, kept: `{"id":"$1","state":"${state}"${rest.join('')}},` };
};

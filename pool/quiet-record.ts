/*
 * Reads of a node record what is asked of all nodes at once, without reading the rest: JSON.parse and the checks of 10,000
 * records cost a cold process as much as all else together. Which fields a record has, in which order, and its state are
 * learned from those that were read whole; a pattern made of that holds further texts to the same.
 *
 * INVARIANTS
 * - A text that fits is a record by parse-record.ts too, and says the same: its fields are those of one that was read, each
 *   once, and each value is of its kind. Printable ASCII without quotes and escapes is all that fits, so a field's name in
 *   quotes stands nowhere but where that field is.
 * - Only records without the fields of a treatment, a hold or another version fit.
 */
import type { Neighbour } from './neighbour.ts';
import { isKnownState, type NodeRecord, type RemedyBegun } from './record.ts';

const text = '"[ !#-\\[\\]-~]*"';
const name = '"[ !#-\\[\\]-~]+"';
/** Up to 15 digits: far from where a number is no longer exact. */
const count = '(?:0|[1-9]\\d{0,14})';
const amount = `${count}(?:\\.\\d{1,9})?`;
const listOf = (one: string): string => `\\[(?:${one}(?:,${one})*)?\\]`;
/** No bracket within, so that the next one ends the list. */
const remedyBegun = `\\{"remedy":"[\\w-]+","finding":"[\\w-]+","atMs":${amount}\\}`;

/** The values that fit, by field. */
const fitting: Readonly<Record<string, string>> = {
  ...{ schema: '1', id: name, url: name, service: text, state: name, sinceMs: amount, version: count, commit: name },
  ...{ bootId: text, session: text, weight: '(?:1|0(?:\\.\\d{1,9})?)', relapses: count, because: text },
  ...{ treatmentTimes: listOf(amount), remedies: listOf(remedyBegun) },
  ...{ readmittedMs: amount, busy: count, servingSinceMs: amount },
};

/** How every record begins that we have made. */
const beginning = '{"schema":1,"id":"';

interface Shape {
  readonly pattern: RegExp;
  readonly state: NodeRecord['state'];
}

/** Records of a pool have a few shapes: with remedies or without, say. */
const mostShapes = 12;

export interface QuietRecords {
  /** Undefined: nothing is known of it but by reading it whole. */
  readonly read: (id: string, json: string) => QuietNode | undefined;
  /** Of a record that was read whole, so that the next one like it needs not be. */
  readonly learn: (record: NodeRecord) => void;
}

export const quietRecords = (): QuietRecords => {
  const shapes: Shape[] = [];
  const known = new Set<string>();
  return {
    read: (id, json) => {
      for (const shape of shapes) {
        if (shape.pattern.test(json)) return isOf(id, json) ? new QuietNode(id, shape.state, json) : undefined;
      }
      return undefined;
    },
    learn: (record) => {
      const fields = Object.keys(record);
      const shape = `${record.state} ${fields.join()}`;
      if (known.size >= mostShapes || known.has(shape) || !isKnownState(record.state) || !fields.every(isQuiet)) return;
      known.add(shape);
      shapes.push({ pattern: patternOf(fields, record.state), state: record.state });
    },
  };
};

const isQuiet = (field: string): boolean => Object.hasOwn(fitting, field);

const patternOf = (fields: readonly string[], state: string): RegExp => {
  const values: Readonly<Record<string, string | undefined>> = { ...fitting, state: `"${state}"` };
  return new RegExp(`^\\{${fields.map((field) => `"${field}":${values[field] ?? ''}`).join(',')}\\}$`);
};

/** One that is kept under another's name is for the whole reading to complain of. */
const isOf = (id: string, json: string): boolean =>
  json.startsWith(beginning) && json.startsWith(id, beginning.length) && json[beginning.length + id.length] === '"';

/** Not a record: what is asked of all nodes, and the text that holds it. A class, since its getters look there. */
export class QuietNode implements Neighbour {
  readonly id: string;
  readonly state: NodeRecord['state'];
  readonly json: string;

  constructor(id: string, state: NodeRecord['state'], json: string) {
    this.id = id;
    this.state = state;
    this.json = json;
  }

  get session(): string {
    return between(this.json, '"session":"', '"');
  }

  get sinceMs(): number {
    return Number.parseFloat(this.json.slice(this.json.indexOf(sinceMs) + sinceMs.length));
  }

  get remedies(): readonly RemedyBegun[] {
    const begun = between(this.json, '"remedies":[', ']');
    return begun === '' ? none : (JSON.parse(`[${begun}]`) as readonly RemedyBegun[]);
  }
}

const sinceMs = '"sinceMs":';
const none: readonly RemedyBegun[] = [];

const between = (json: string, before: string, after: string): string => {
  const begin = json.indexOf(before);
  return begin < 0 ? '' : json.slice(begin + before.length, json.indexOf(after, begin + before.length));
};

/** What a pager is told of a notice, in the words of PagerDuty's Events API v2. Pure. */
import { type Notice, raisesAlarm, type WaitingNotice } from '../../../pool/notice.ts';
import { plainWords } from './words.ts';

export interface Alarm {
  readonly action: 'trigger' | 'resolve';
  /** What the receiver deduplicates by, and a `resolve` refers to. */
  readonly key: string;
  readonly summary: string;
  /** The node, or the pool where it is about no single one. */
  readonly source: string;
  readonly severity: 'critical' | 'info';
  /** Milliseconds since 1970, by the clock of Redis. */
  readonly atMs: number;
  readonly details: Readonly<Record<string, string>>;
}

/** The receiver takes 1,024 characters of summary and 255 of a key. */
const summaryMost = 1_000;
const keyMost = 255;

/** `bare`: the least that calls somebody, for one that was not understood as it was. */
export const alarmOf = ({ notice, writtenMs }: WaitingNotice, pool: string, bare = false): Alarm => ({
  action: raisesAlarm(notice) ? 'trigger' : 'resolve',
  key: keyOf(notice),
  summary: summaryOf(notice, bare),
  source: plainWords(notice.node ?? pool, 250) || pool,
  severity: raisesAlarm(notice) ? 'critical' : 'info',
  atMs: writtenMs,
  details: bare ? {} : detailsOf(notice, pool),
});

const keyOf = ({ id, incident }: Notice): string => (incident ?? id).slice(0, keyMost);

const summaryOf = ({ kind, node, text }: Notice, bare: boolean): string => {
  const said = bare ? '' : plainWords(text, summaryMost - 200);
  const plain = plainWords(`${kind} ${node ?? ''}`, 150);
  return said === '' ? plain : node === undefined || text.includes(node) ? said : `${plainWords(node, 150)}: ${said}`;
};

/** No vitals and no evidence: command lines may hold secrets, and this leaves the house. */
const detailsOf = ({ id, kind, node, incident }: Notice, pool: string): Alarm['details'] => ({
  ...{ pool, kind, notice: id },
  ...(node === undefined ? {} : { node }),
  ...(incident === undefined ? {} : { incident, see: `monkey incidents ${incident}` }),
});

/*
 * Inspectors that are owed, in a file: whoever comes after us closes what we had opened when we were ended.
 *
 * INVARIANTS
 * - It is written before the signal that it tells of, and at once: whoever is killed a moment later has left it.
 * - A file that is not there, not ours or broken is as good as none; one that cannot be written stops no capture.
 */
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { isObject } from '../../../pool/json.ts';

/** A process that was asked to open its inspector; its pid and start name it for as long as the machine is up. */
export interface KeptDebt {
  readonly pid: number;
  readonly startTicks: number;
  readonly title: string;
  /** Sockets (inodes) that it listened on before, and that are none of ours. */
  readonly others: readonly number[];
}

export interface DebtsKept {
  readonly read: () => readonly KeptDebt[];
  readonly write: (debts: readonly KeptDebt[]) => void;
}

const mostBytes = 1024 * 1024;
const mostOthers = 1_000;

/** There is no file where nothing is owed. @param path in a folder that goes with the machine's boot, as systemd's RuntimeDirectory does */
export const debtsFile = (path: string): DebtsKept => ({
  read: () => {
    try {
      if (statSync(path).size > mostBytes) return [];
      const read: unknown = JSON.parse(readFileSync(path, 'utf8'));
      return Array.isArray(read) ? read.filter(isDebt) : [];
    } catch {
      return [];
    }
  },
  write: (debts) => {
    const bounded = debts.map((debt) => ({ ...debt, others: debt.others.slice(0, mostOthers) }));
    try {
      if (debts.length === 0) {
        rmSync(path, { force: true });
        return;
      }
      writeFileSync(`${path}.new`, JSON.stringify(bounded), { mode: 0o600 });
      renameSync(`${path}.new`, path);
    } catch {
      // What is owed is known here in any case: it is looked after for as long as this process lives.
    }
  },
});

const isDebt = (value: unknown): value is KeptDebt =>
  isObject(value) &&
  Number.isSafeInteger(value['pid']) &&
  Number.isSafeInteger(value['startTicks']) &&
  typeof value['title'] === 'string' &&
  Array.isArray(value['others']) &&
  value['others'].every(Number.isSafeInteger);

/** A control group with little memory, of either version, for processes that the kernel is to kill. */
import { existsSync, mkdtempSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export type MemoryGroup =
  | {
      readonly kind: 'made';
      /** Whoever writes its pid into this file is in the group. */
      readonly procs: string;
      readonly remove: () => Promise<void>;
    }
  | { readonly kind: 'none'; readonly because: string };

const root = '/sys/fs/cgroup';

export const memoryGroup = (bytes: number): MemoryGroup => {
  try {
    const [above, limit] = existsSync(`${root}/cgroup.controllers`)
      ? [unified(), 'memory.max']
      : [`${root}/memory`, 'memory.limit_in_bytes'];
    const folder = mkdtempSync(join(above, 'doctor-monkey-test-'));
    const made = { kind: 'made', procs: `${folder}/cgroup.procs`, remove: () => remove(folder) } as const;
    try {
      writeFileSync(`${folder}/${limit}`, String(bytes));
      return made;
    } catch (error) {
      rmdirSync(folder);
      throw error;
    }
  } catch (error) {
    return { kind: 'none', because: `no control group can be made here: ${(error as NodeJS.ErrnoException).code}` };
  }
};

/** Groups below the root have what the root hands down. */
const unified = (): string => {
  if (!readFileSync(`${root}/cgroup.subtree_control`, 'utf8').includes('memory'))
    writeFileSync(`${root}/cgroup.subtree_control`, '+memory');
  return root;
};

/** Whoever was killed stays in it for a moment. */
const remove = async (folder: string): Promise<void> => {
  for (let tries = 0; tries < 100; tries += 1) {
    try {
      rmdirSync(folder);
      return;
    } catch {
      await pause(50);
    }
  }
  throw new Error(`${folder} could not be removed`);
};

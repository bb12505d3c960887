/** A program that is called like systemctl and knows one unit: it keeps the unit's invocation and its starts in files. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface FakeSystemctl {
  readonly path: string;
  readonly starts: () => number;
  /** What it was called with, a line each. */
  readonly calls: () => readonly string[];
  /** `refuse`: as polkit does; `lie`: says that it restarted and did not; `hang`: never ends. */
  readonly behave: (how: 'restart' | 'refuse' | 'lie' | 'hang') => void;
  readonly remove: () => void;
}

export const fakeSystemctl = (unit: string): FakeSystemctl => {
  const folder = mkdtempSync(join(tmpdir(), 'fake-systemctl-'));
  const path = join(folder, 'systemctl');
  const text = (name: string): string => readFileSync(join(folder, name), 'utf8');
  const write = (name: string, content: string): void => writeFileSync(join(folder, name), content);
  write('starts', '1');
  write('how', 'restart');
  write('calls', '');
  writeFileSync(
    path,
    `#!/bin/sh
cd '${folder}'
echo "$*" >> calls
for last; do :; done
if [ "$last" != '${unit}' ]; then echo "Unit $last not found." >&2; exit 5; fi
case "$*" in
  *InvocationID*) printf 'invocation-%s\\n' "$(cat starts)" ;;
  *restart*) case "$(cat how)" in
    refuse) echo 'Failed to restart ${unit}: Interactive authentication required.' >&2; exit 1 ;;
    hang) exec sleep 60 ;;
    lie) ;;
    *) echo $(( $(cat starts) + 1 )) > starts ;;
  esac ;;
esac
`,
  );
  chmodSync(path, 0o755);
  return {
    path,
    starts: () => Number(text('starts')),
    calls: () => text('calls').trim().split('\n'),
    behave: (how) => write('how', how),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
};

import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Guardian {
  /** Tells it that all was put away: it ends without doing anything. */
  readonly dismiss: () => Promise<void>;
}

/**
 * A shell that outlives us by a moment. It reads a pipe of which we hold the other end; should we die without a word
 * (SIGKILL), the pipe ends, and it kills whatever carries our marker or works in our folder, and removes that folder.
 * It has a session of its own, so that what ends us does not end it.
 */
export const startGuardian = async (marker: string, folder: string): Promise<Guardian> => {
  const file = join(folder, 'guardian.sh');
  await writeFile(file, script);
  const shell = spawn('/bin/sh', [file, marker, folder], {
    cwd: '/',
    detached: true,
    env: { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin' },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  await new Promise<void>((resolve, reject) => {
    shell.once('spawn', resolve);
    shell.once('error', reject);
  });
  const ended = new Promise<void>((resolve) => shell.once('close', () => resolve()));
  shell.stdin.on('error', () => undefined);
  return {
    dismiss: async () => {
      shell.stdin.end('dismissed\n');
      await ended;
    },
  };
};

// Groups first: that ends each machine at once, with its init. Then strays, until none is found in a whole round.
const script = `#!/bin/sh
read -r word
[ "$word" = dismissed ] && exit 0
for file in "$2"/*/init.pid; do
  [ -e "$file" ] && kill -KILL "-$(cat "$file")" 2>/dev/null
done
round=0
while [ "$round" -lt 50 ]; do
  round=$((round + 1))
  found=
  for process in /proc/[0-9]*; do
    [ "$process" = "/proc/$$" ] && continue
    case "$(readlink "$process/cwd" 2>/dev/null)" in
      "$2" | "$2"/*) found="$found \${process#/proc/}" ;;
      *) grep -qsaF "$1" "$process/environ" 2>/dev/null && found="$found \${process#/proc/}" ;;
    esac
  done
  [ -n "$found" ] || break
  kill -KILL $found 2>/dev/null
  sleep 0.1
done
rm -rf "$2"
`;

import { argumentBytesMost, namelessCommand } from '../doctor/memory/program-name.ts';

/**
 * The one command that a host runs in a round. It writes nothing, needs no root and is plain POSIX sh.
 *
 * It reads /proc with one grep rather than asking ps: names arrive whole there (newlines and backslashes are escaped, UTF-8
 * is left as it is, and nothing like `<defunct>` is appended), BusyBox can do it too, and it costs the host half as much: with
 * 131 processes 6 ms of CPU, where procps took 12 ms. ps is asked where there is no Linux /proc. The last line shows that
 * the answer came to its end: grep itself ends with 2 whenever a process went away while it was read. That line names the
 * shell and its child ps, so that they can be left out; grep shows itself as the one process whose parent is that shell.
 *
 * Node calls its processes MainThread: where there is one, the first argument of those, and of no others, is read by a
 * second grep. Arguments may hold anything, but grep writes the file's name in front of each line, so that none can pass for
 * another file's. To keep the answer until it is known whether there is one costs the host 0.6 ms, and to read them 2 ms.
 *
 * `exec /bin/sh -c` in front, as the login shell of that user may be fish or csh. The proportional share costs the kernel a
 * walk through every page of every process (82 ms there), so it is read only when asked for.
 */
export const processListCommand = ({ pss }: { readonly pss: boolean }): string => {
  const wanted = pss ? 'Name|VmSize|VmRSS|Pss' : 'Name|VmSize|VmRSS';
  const files = pss ? '/proc/[0-9]*/status /proc/[0-9]*/smaps_rollup' : '/proc/[0-9]*/status';
  return [
    `exec /bin/sh -c 'LC_ALL=C; export LC_ALL; p=0; if [ -r /proc/self/status ]; then echo "${firstLine} proc";`,
    `o=$(exec grep -sE "^((${wanted}):|PPid:.$$\\$)" ${files}); x=$?; [ -z "$o" ] || printf "%s\\n" "$o"; ${firstArguments}`,
    `else echo "${firstLine} ps"; ps -A -o pid= -o rss= -o vsz= -o comm= & p=$!; wait $p; x=$?;`,
    `fi; echo "${lastLine} $$ $p $x"'`,
  ].join(' ');
};

/** Of what stands in $o. Words are enough to find the files by: a name that holds blanks at most adds one that tells nothing. */
const firstArguments = [
  `case $o in *:Name:?${namelessCommand}*) set -f; f=;`,
  `for w in $o; do case $w in /proc/*:Name:) n=\${w%status:Name:};; ${namelessCommand}) f="$f \${n}cmdline";; esac; done;`,
  `case $f in ?*) grep -saHoE -m 1 "^[^[:cntrl:]]{1,${argumentBytesMost}}" $f;; esac;; esac;`,
].join(' ');

/** The first line of an answer, before the word that says how the rest is to be read. */
export const firstLine = 'monkey-processes 1';
export const lastLine = 'monkey-end';

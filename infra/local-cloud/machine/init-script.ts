import { type Unit, unitName, variableName } from './unit.ts';

const delayAtMostMs = 5000;
const delayAtFirstMs = 100;

/** A unit that ran this long is taken to have been well: its next delay is the first one again. */
const wellAfterSeconds = 10;

/**
 * The machine's init as a shell script: it starts the units, restarts them as systemd would, and says on file
 * descriptor 3 what it does (`start NAME`, `exit NAME STATUS`). A shell, because it is there on every system and
 * weighs a megabyte. Its own process id stands in `init.pid`, those of its units in `units/NAME.pid`. On SIGTERM, which the whole group gets, nothing is started any more. A unit with a file
 * `units/NAME.masked` is not started while that file is there.
 */
export const initScript = (units: readonly Unit[]): string => `#!/bin/sh
down=
trap 'down=1' TERM
export MACHINE_INIT_PID=$$
cd "$MACHINE_DIR" || exit 1
echo $$ >init.pid

pause() { sleep "$(($1 / 1000)).$(printf %03d "$(($1 % 1000))")"; }

keep() { # keep NAME FUNCTION RESTART DELAY_MS
  delay=$4
  while [ -z "$down" ]; do
    while [ -e "units/$1.masked" ] && [ -z "$down" ]; do pause 100; done
    [ -z "$down" ] || break
    echo "start $1" >&3
    began=$(date +%s)
    "$2" </dev/null >>"units/$1.log" 2>&1 3>&-
    echo "exit $1 $?" >&3
    [ "$3" = always ] || break
    [ -z "$down" ] || break
    [ $(($(date +%s) - began)) -lt ${wellAfterSeconds} ] || delay=$4
    pause "$delay"
    delay=$((delay * 2))
    [ "$delay" -le ${delayAtMostMs} ] || delay=${delayAtMostMs}
  done
}

${units.map(definition).join('\n')}
${units.map(kept).join('\n')}
wait
while [ -z "$down" ]; do sleep 3600 3>&- & wait; done
wait
`;

const definition = (unit: Unit, index: number): string => {
  if (!unitName.test(unit.name)) throw new Error(`a unit can't be called ${JSON.stringify(unit.name)}`);
  const exports = Object.entries(unit.env ?? {}).map(([name, value]) => {
    if (!variableName.test(name)) throw new Error(`a variable can't be called ${JSON.stringify(name)}`);
    return `  export ${name}=${quoted(value)}\n`;
  });
  const command = [unit.command, ...(unit.args ?? [])].map(quoted).join(' ');
  return `unit_${index}() (\n${exports.join('')}  trap - TERM\n  exec /bin/sh -c 'echo $$ >"$0"; exec "$@"' units/${unit.name}.pid ${command}\n)`;
};

const kept = ({ name, restart = 'always', restartDelayMs = delayAtFirstMs }: Unit, index: number): string =>
  `(trap 'down=1' TERM; keep ${name} unit_${index} ${restart} ${Math.max(1, Math.round(restartDelayMs))}) &`;

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

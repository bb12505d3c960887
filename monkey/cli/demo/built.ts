import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CommandFailed, Exit } from '../command.ts';

/** A built file, beside the command or, when that runs from source, in dist. */
export const builtFile = (name: 'monkey.js' | 'app.js'): string => {
  const places = [`./${name}`, `../${name}`, `../../${name}`, `../../../dist/${name}`];
  const found = places.map((place) => fileURLToPath(new URL(place, import.meta.url))).find((file) => existsSync(file));
  if (found === undefined) throw new CommandFailed(`${name} is not built; scripts/setup builds it`, Exit.usage);
  return found;
};

/**
 * Exits 0 if node_modules holds exactly what package-lock.json asks for, 1 if not. Reads npm's own record of what it
 * installed and looks whether each package is really there: milliseconds, where `npm ci` takes half a minute.
 */
import { existsSync, readFileSync } from 'node:fs';

const packagesOf = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : {});

const wanted = packagesOf('package-lock.json');
const installed = packagesOf('node_modules/.package-lock.json');

/** npm leaves out optional packages made for other systems. */
const missing = ([path, { version, optional }]) =>
  path !== '' &&
  (installed[path] === undefined
    ? optional !== true
    : installed[path].version !== version || !existsSync(`${path}/package.json`));

const matches = !Object.entries(wanted).some(missing) && Object.keys(installed).every((path) => path in wanted);
process.exitCode = matches ? 0 : 1;

/**
 * `npm run check`: format, typed lint, types, layers and dead code, every one of them strict. All run to their
 * end, two at a time, so that one call shows everything that is wrong.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';

const root = new URL('..', import.meta.url).pathname;
const cache = 'node_modules/.cache';
const rooms = ['pool', 'monkey', 'proxy', 'app', 'infra', 'scripts', 'test'].filter((room) => existsSync(root + room));

/** The slowest ones first. No cache for the typed lint: it would not see that a type in another file has changed. */
const checks = [
  ['lint', 'eslint', '--max-warnings=0', '.'],
  ['types', 'tsc', '--incremental', '--tsBuildInfoFile', `${cache}/tsc/tsbuildinfo`],
  ['layers', 'depcruise', '--config', '.dependency-cruiser.mjs', ...rooms],
  ['dead code', 'knip', '--cache', '--cache-location', `${cache}/knip`, '--no-progress'],
  ['format', 'biome', 'ci', '--error-on-warnings', '--colors=off', '.'],
];

/** Runs one check to its end; its output is kept, so that two checks never talk at once. */
const run = ([name, tool, ...args]) =>
  new Promise((resolve) => {
    const startedMs = performance.now();
    const child = spawn(`${root}node_modules/.bin/${tool}`, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (part) => (output += part));
    child.stderr.on('data', (part) => (output += part));
    child.on('error', (error) => resolve({ name, ok: false, output: error.message, seconds: 0 }));
    child.on('close', (code) =>
      resolve({ name, ok: code === 0, output, seconds: (performance.now() - startedMs) / 1000 }),
    );
  });

const waiting = [...checks];
const results = [];
const worker = async () => {
  for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
    const result = await run(check);
    results.push(result);
    console.log(`${result.ok ? 'ok    ' : 'FAILED'} ${result.name} (${result.seconds.toFixed(1)} s)`);
    if (!result.ok) console.log(result.output.trimEnd().replace(/^/gm, '  '));
  }
};

mkdirSync(root + cache, { recursive: true });
await Promise.all([worker(), worker()]);
const failed = results.filter(({ ok }) => !ok).map(({ name }) => name);
console.log(failed.length === 0 ? 'check: all well' : `check: ${failed.join(', ')} failed`);
process.exitCode = failed.length === 0 ? 0 : 1;

/**
 * Bundles the command, the sample app and the benchmarks into dist/ (or --outdir). Bundling is what keeps an idle agent
 * small and its start quick: each command is a chunk of its own, and heavy SDKs load only when needed.
 * The new tree is built beside the old one and swapped in whole, so that nobody runs half a build.
 */
import { chmod, rename, rm } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const root = new URL('..', import.meta.url).pathname;
const { values } = parseArgs({ options: { outdir: { type: 'string', default: `${root}dist` } } });
const fresh = `${values.outdir}.new-${process.pid}`;
const old = `${values.outdir}.old-${process.pid}`;

await build({
  absWorkingDir: root,
  entryPoints: {
    monkey: 'monkey/cli/main.ts',
    app: 'app/main.ts',
    bench: 'scripts/bench/main.ts',
    'bench-why': 'scripts/bench/fleet/why-once.ts',
    simulate: 'test/simulation/main.ts',
    fuzz: 'test/proxy/fuzz/main.ts',
  },
  // The benchmark bundles programs of its own to compare with. Native parts that a package would like to have, and does
  // without, stay outside: whether a compiler was there must not decide what is built.
  external: ['esbuild', '*.node', 'cpu-features'],
  outdir: fresh,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  // A package's ES modules can be shaken: of EC2's 800 calls two are left, and loading them takes half the time and a third
  // of the memory.
  mainFields: ['module', 'main'],
  // And one of them looks at load for a program beside itself, which only Windows needs.
  define: { __dirname: 'import.meta.dirname' },
  target: 'node20',
  sourcemap: 'linked',
  chunkNames: 'chunks/[name]-[hash]',
  // CommonJS packages inside an ES module bundle still call require() for Node's own modules.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
await chmod(`${fresh}/monkey.js`, 0o755);
await rename(values.outdir, old).catch((error) => {
  if (error.code !== 'ENOENT') throw error;
});
await rename(fresh, values.outdir);
await rm(old, { recursive: true, force: true });

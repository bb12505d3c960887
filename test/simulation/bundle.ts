/** Bundles the simulator together with the production code that it runs, changed where a mutant wants it changed. */
import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import type { Patch } from './mutants.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** @returns the file to run. @throws where a patch no longer fits its file: a mutant that changes nothing proves nothing */
export const bundleSimulator = async (outdir: string, patches: readonly Patch[]): Promise<string> => {
  await build({
    absWorkingDir: root,
    entryPoints: { simulate: 'test/simulation/main.ts' },
    ...{ outdir, bundle: true, format: 'esm', platform: 'node', target: 'node20', outExtension: { '.js': '.mjs' } },
    mainFields: ['module', 'main'],
    plugins: [patching(patches)],
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    logLevel: 'silent',
  });
  return `${outdir}/simulate.mjs`;
};

const patching = (patches: readonly Patch[]): Plugin => ({
  name: 'patches',
  setup: (building) => {
    const applied = new Set<Patch>();
    building.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const own = patches.filter(({ file }) => file === relative(root, path));
      if (own.length === 0) return undefined;
      let contents = await readFile(path, 'utf8');
      for (const patch of own) {
        contents = patched(contents, patch);
        applied.add(patch);
      }
      return { contents, loader: 'ts' };
    });
    building.onEnd(({ errors }) => {
      if (errors.length > 0) return;
      const missed = patches.find((patch) => !applied.has(patch));
      if (missed !== undefined) throw new Error(`${missed.file} is not part of the simulator`);
    });
  },
});

const patched = (contents: string, { file, find, replace }: Patch): string => {
  const times = contents.split(find).length - 1;
  if (times !== 1) throw new Error(`${file} has ${times} times what the mutant replaces: ${find}`);
  return contents.replace(find, () => replace);
};

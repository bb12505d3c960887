/** `npm run docs`: writes the reference pages anew. A test fails where one is not as the code says. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = new URL('..', import.meta.url).pathname;
await mkdir(join(root, 'node_modules/.cache'), { recursive: true });
const folder = await mkdtemp(join(root, 'node_modules/.cache/docs-'));
try {
  const outfile = join(folder, 'pages.mjs');
  await build({
    absWorkingDir: root,
    entryPoints: ['scripts/docs/pages.ts'],
    outfile,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
  });
  const { pages } = await import(pathToFileURL(outfile).href);
  for (const [path, text] of Object.entries(await pages())) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
    console.log(path);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

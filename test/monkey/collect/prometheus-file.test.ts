import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { writePrometheusFile } from '../../../monkey/collect/prometheus-file.ts';

test('a link that lies where the file is written first is not followed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'prometheus-'));
  try {
    const [file, victim] = [join(folder, 'memory.prom'), join(folder, 'victim')];
    await writeFile(victim, 'mine');
    await symlink(victim, `${file}.${process.pid}.new`);
    expect(await writePrometheusFile(file, 'a 1\n')).toEqual({ kind: 'written' });
    expect([await readFile(victim, 'utf8'), await readFile(file, 'utf8')]).toEqual(['mine', 'a 1\n']);
  } finally {
    await rm(folder, { recursive: true });
  }
});

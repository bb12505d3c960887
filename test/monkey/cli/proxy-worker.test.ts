import { expect, test } from '@jest/globals';
import { readingFrom, remembering } from '../../../monkey/cli/proxy-worker.ts';
import type { ReadFile } from '../../../monkey/config/read-secret.ts';

const reading =
  (files: Readonly<Record<string, string>>): ReadFile =>
  async (path) => {
    const text = files[path];
    if (text === undefined) throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' });
    return text;
  };

test('a worker reads what the first process has read, and finds nothing where that one found nothing', async () => {
  const first = remembering(reading({ '/etc/config.yaml': 'as it was' }));
  await expect(first.readFile('config.yaml')).rejects.toThrow('no config.yaml');
  expect(await first.readFile('/etc/config.yaml')).toBe('as it was');

  const later = reading({ 'config.yaml': 'somebody else', '/etc/config.yaml': 'edited', '/etc/other': 'other' });
  const worker = readingFrom(first.files, later);
  await expect(worker('config.yaml')).rejects.toMatchObject({ code: 'ENOENT' });
  expect(await worker('/etc/config.yaml')).toBe('as it was');
  expect(await worker('/etc/other')).toBe('other');
});

test('what could not be read for another reason is read anew', async () => {
  const first = remembering(() => Promise.reject(Object.assign(new Error('EACCES'), { code: 'EACCES' })));
  await expect(first.readFile('/etc/secret')).rejects.toThrow('EACCES');
  expect(await readingFrom(first.files, reading({ '/etc/secret': 'now' }))('/etc/secret')).toBe('now');
});

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { parseSettings } from '../../../monkey/config/parse.ts';

const folder = new URL('../../../infra/systemd/', import.meta.url);
const text = (name: string) => readFileSync(fileURLToPath(new URL(name, folder)), 'utf8');

test('the packaged configuration is right, and only observes', () => {
  const parsed = parseSettings(text('config.example.yaml'), {}, ['node', 'slack']);
  expect(parsed).toMatchObject({
    kind: 'settings',
    settings: { agent: { mode: 'observe' }, controller: { mode: 'observe' } },
  });
});

test('it watches the app whose unit is packaged beside it', () => {
  const parsed = parseSettings(text('config.example.yaml'));
  const cgroup = parsed.kind === 'settings' ? parsed.settings.agent.app.cgroup : undefined;
  expect(cgroup).toBe('/sys/fs/cgroup/system.slice/meow.service');
  expect(text('meow.service')).not.toContain('Slice=');
});

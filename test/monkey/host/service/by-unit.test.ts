import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { systemdService } from '../../../../monkey/host/service/by-unit.ts';
import { type FakeSystemctl, fakeSystemctl } from '../../../support/fake-systemctl.ts';

let systemctl: FakeSystemctl;
beforeEach(() => {
  systemctl = fakeSystemctl('meow.service');
});
afterEach(() => systemctl.remove());

const restart = (unit = 'meow.service', deadlineMs = 10_000) =>
  systemdService({ unit, systemctl: systemctl.path }).restart({ deadlineMs });

test('asks for the restart of that unit, and for no password', async () => {
  await restart();
  expect(systemctl.calls()).toEqual([
    'show --property=InvocationID --value -- meow.service',
    '--no-ask-password restart -- meow.service',
    'show --property=InvocationID --value -- meow.service',
  ]);
});

test('says what systemd says where the agent may not', async () => {
  systemctl.behave('refuse');
  expect(await restart()).toEqual({
    kind: 'failed',
    because: 'systemctl restart meow.service: Failed to restart meow.service: Interactive authentication required.',
  });
});

test('does not believe a restart after which the same invocation runs', async () => {
  systemctl.behave('lie');
  expect(await restart()).toMatchObject({ kind: 'failed', because: expect.stringContaining('same invocation') });
});

test('a restart that does not end in time may still happen', async () => {
  systemctl.behave('hang');
  const answer = await restart('meow.service', 3_000);
  expect(answer).toEqual({ kind: 'unknown', because: 'restart of meow.service: no answer within 3000 ms' });
});

test('a unit that is not there cannot be restarted', async () => {
  expect(await restart('purr.service')).toMatchObject({
    kind: 'failed',
    because: expect.stringContaining('Unit purr.service not found.'),
  });
});

test('a machine without systemctl cannot restart units', async () => {
  const service = systemdService({ unit: 'meow.service', systemctl: '/nowhere/systemctl' });
  expect(await service.restart({ deadlineMs: 5_000 })).toMatchObject({
    kind: 'failed',
    because: expect.stringContaining('ENOENT'),
  });
});

/** What CI runs: schedules from a fresh seed, which is printed, so that what was found can be had again. */
import { spawn } from 'node:child_process';
import { expect, test } from '@jest/globals';

const schedules = 2_000;

test(`${schedules} schedules from a fresh seed show no violation`, async () => {
  const child = spawn(process.execPath, ['dist/simulate.js', '--schedules', String(schedules)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.on('data', (text) => {
    out += String(text);
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/no violation\n$/) });
}, 900_000);

import { expect, test } from '@jest/globals';
import { judged } from '../../../monkey/cli/online/ec2.ts';

const running = { kind: 'known', state: 'running' } as const;

test('a machine that may be rebooted and looked at is fine', () => {
  expect(judged('i-1', { kind: 'allowed' }, running)).toMatchObject({ verdict: 'ok' });
});

test('one that may be rebooted and not looked at is not: nobody would ever treat it', () => {
  const denied = { kind: 'unknown', because: 'You are not authorized to perform this operation.' } as const;
  expect(judged('i-1', { kind: 'allowed' }, denied)).toEqual({
    name: 'ec2',
    verdict: 'bad',
    detail:
      "how i-1 is can't be known, so it is never treated: You are not authorized to perform this operation. (DescribeInstances)",
  });
});

test('one that may not be rebooted says what EC2 says', () => {
  const refused = { kind: 'refused', code: 'UnauthorizedOperation', because: 'no' } as const;
  expect(judged('i-1', refused, running)).toMatchObject({
    verdict: 'bad',
    detail: 'i-1 may not be rebooted: UnauthorizedOperation: no',
  });
});

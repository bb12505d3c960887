import { expect, test } from '@jest/globals';
import { numberTold, toldBy } from '../../../../monkey/doctor/vitals/told.ts';
import { vitalsOf } from '../../../support/view.ts';

test('reads what an agent tells with its beat', () => {
  const finding = { kind: 'sick', finding: 'cpu', because: 'CPU 99%' } as const;
  const told = toldBy({ vitals: { vitals: { ...vitalsOf({ share: 0.99 }) }, finding, mode: 'act' } });
  expect(told).toMatchObject({ finding, mode: 'act' });
  expect(numberTold(told, 'cpu', 'share')).toBe(0.99);
  expect(numberTold(told, 'cpu', 'busiestThreadShare')).toBeUndefined();
});

test('knows nothing of a node whose agent has not beaten yet', () => {
  expect(toldBy(undefined)).toEqual({ vitals: undefined, finding: undefined, mode: undefined, restarts: false });
});

test.each([
  ['nothing', {}],
  ['other types', { vitals: [1], finding: 'sick', mode: 7 }],
  ['a kind of another version', { vitals: null, finding: { kind: 'enchanted', because: 'x' }, mode: 'dream' }],
  ['a finding without its reason', { finding: { kind: 'sick' } }],
])('takes %s for not known', (_name, vitals) => {
  expect(toldBy({ vitals })).toEqual({ vitals: undefined, finding: undefined, mode: undefined, restarts: false });
});

test.each([
  ['text', { cpu: { share: '0.5' } }],
  ['no section', {}],
  ['a section that is none', { cpu: 0.5 }],
])('takes %s for no number', (_name, vitals) => {
  expect(numberTold({ vitals }, 'cpu', 'share')).toBeUndefined();
});

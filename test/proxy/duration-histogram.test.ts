import { expect, test } from '@jest/globals';
import { durationHistogram } from '../../proxy/duration-histogram.ts';

test('counts each duration in its own bucket and all longer ones', () => {
  const seconds = durationHistogram({ name: 'asked_seconds', help: 'How long.', bounds: [0.001, 0.01] });
  for (const ms of [0.5, 1, 1.5, 10, 99]) seconds.observe(ms);
  expect(seconds.text()).toBe(
    [
      '# HELP asked_seconds How long.',
      '# TYPE asked_seconds histogram',
      'asked_seconds_bucket{le="0.001"} 2',
      'asked_seconds_bucket{le="0.01"} 4',
      'asked_seconds_bucket{le="+Inf"} 5',
      'asked_seconds_sum 0.112',
      'asked_seconds_count 5',
      '',
    ].join('\n'),
  );
});

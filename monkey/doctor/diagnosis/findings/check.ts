import type { FindingDefinition } from '../definition.ts';

/**
 * The app's answers to its own agent. By default it is only reported: what one node fails for may be what all of them
 * need, and then a reboot cures none.
 */
const judge: FindingDefinition['judge'] = ({ checks }) => {
  if (checks === undefined) return undefined;
  if (checks.kind === 'unknown') return { kind: 'unknown', because: `it could not be checked: ${checks.because}` };
  const { passed, failed } = checks;
  return failed.length > 0
    ? { kind: 'hot', because: `local checks fail: ${failed.join('; ')}` }
    : { kind: 'calm', because: passed === 1 ? 'the local check passed' : `all ${passed} local checks passed` };
};

export const check: FindingDefinition = {
  title: 'a failing check',
  judge,
  course: ({ check: { sick, of } }) => ({ sick, of }),
  remedies: ['restart-service', 'reboot', 'stop-start'],
  act: (policy) => policy.check.act,
  urgency: 'warning',
};

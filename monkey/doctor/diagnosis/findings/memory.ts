import { between } from '../between.ts';
import type { FindingDefinition } from '../definition.ts';

const judge: FindingDefinition['judge'] = ({ vitals: { memory } }, policy) =>
  memory.kind === 'unknown'
    ? { kind: 'unknown', because: `memory could not be measured: ${memory.because}` }
    : between('memory', memory.usedShare, policy.memory);

export const memory: FindingDefinition = {
  title: 'memory',
  judge,
  course: ({ rounds }) => rounds,
  remedies: ['restart-service', 'reboot', 'stop-start'],
  act: (policy) => policy.memory.act,
  urgency: 'warning',
};

import { memoryWords } from '../../memory/told.ts';
import type { FindingDefinition, RoundVerdict } from '../definition.ts';
import { memory } from './memory.ts';

/** A round is hot for each process that was killed in it. */
const judge = ({ vitals: { oom } }: Parameters<FindingDefinition['judge']>[0]): RoundVerdict => {
  if (oom.kind === 'unknown') return { kind: 'unknown', because: `OOM kills could not be counted: ${oom.because}` };
  if (!(oom.kills > 0)) return { kind: 'calm', because: 'no OOM kill since the round before' };
  const words = oom.kills === 1 ? '1 process was' : `${oom.kills} processes were`;
  const about = oom.memory === undefined ? undefined : memoryWords(oom.memory);
  return {
    ...{ kind: 'hot', because: `${words} killed for want of memory since the round before`, count: oom.kills },
    ...(about === undefined ? {} : { about }),
  };
};

/**
 * Kills are over when they are found, so that there are none without traffic says little: it was load only where the
 * memory has become free as well.
 */
const judgeDrained: FindingDefinition['judge'] = (seen, policy) => {
  const kills = judge(seen);
  return kills.kind === 'hot' ? kills : memory.judge(seen, policy);
};

export const oom: FindingDefinition = {
  title: 'OOM kills',
  judge,
  judgeDrained,
  course: ({ oom: { kills, of } }) => ({ sick: kills, of, ofEvents: true }),
  remedies: ['restart-service', 'reboot', 'stop-start'],
  act: (policy) => policy.oom.act,
  urgency: 'warning',
};

import { describe, expect, test } from '@jest/globals';
import type { ServerLine } from '../../../monkey/services/judge.ts';
import { newTrack, recentKept } from '../../../monkey/services/track.ts';

const line = (address: string, cpuShare: number | null, service: string | null = 'S'): ServerLine => ({
  ...{ address, node: null, service, status: cpuShare === null ? 'unknown' : 'healthy', cpuShare },
  ...{ memoryShare: cpuShare, because: cpuShare === null ? 'did not answer within 1s' : null },
});

const tracked = (...rounds: readonly (readonly ServerLine[])[]) => {
  const track = newTrack('S');
  for (const round of rounds) track.take(round);
  return track;
};

describe('what is remembered of a service', () => {
  test('is the last values of its servers, and their extent', () => {
    const { servers } = tracked(
      [line('b', 0.2), line('a', 0.1), line('x', 0.9, 'Other')],
      [line('a', 0.3), line('b', 0.2)],
    );
    expect(servers()).toMatchObject([
      { line: { address: 'a', cpuShare: 0.3 }, recentCpu: [0.1, 0.3], cpu: { min: 0.1, max: 0.3, p95: 0.3 } },
      { line: { address: 'b' }, recentMemory: [0.2, 0.2] },
    ]);
  });

  test.each([
    ['stops answering', [line('a', null, null)], 'did not answer within 1s'],
    ['moves to another service', [line('a', 0.9, 'Other')], 'is of Other now'],
    ['is no longer listed', [], 'no longer listed'],
  ])('stays when a server %s, with a gap', (_what, round, because) => {
    const [server] = tracked([line('a', 0.1)], round).servers();
    expect(server).toMatchObject({ line: { status: 'unknown', cpuShare: null, because }, recentCpu: [0.1, null] });
    expect(server?.cpu).toEqual({ min: 0.1, max: 0.1, p95: 0.1 });
  });

  test('has a bound: a server of which only gaps are left is forgotten', () => {
    const track = tracked([line('a', 0.1)]);
    for (let round = 1; round < recentKept; round += 1) track.take([]);
    expect(track.servers()).toHaveLength(1);
    track.take([]);
    expect(track.servers()).toHaveLength(0);
  });

  test('says who need not be read again, and nobody once servers are seen to move or it is time to look', () => {
    const track = tracked([line('a', 0.1), line('x', 0.1, 'Other'), line('y', null, null)]);
    expect([...track.ofOthers()]).toEqual(['x']);
    track.take([line('a', 0.1, 'Other')]);
    expect([...track.ofOthers()]).toEqual([]);
    const calm = tracked([line('a', 0.1), line('x', 0.1, 'Other')]);
    const skipped: number[] = [];
    for (let round = 2; round <= 21; round += 1) {
      skipped.push(calm.ofOthers().size);
      calm.take(calm.ofOthers().size === 0 ? [line('a', 0.1), line('x', 0.1, 'Other')] : [line('a', 0.1)]);
    }
    expect(skipped.filter((size) => size === 0)).toHaveLength(1);
  });
});

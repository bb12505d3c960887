import { describe, expect, test } from '@jest/globals';
import type { Powers } from '../../../../monkey/doctor/ports/process-look.ts';
import { type PerfTarget, perfObstacle } from '../../../../monkey/flame/capture/perf-permission.ts';

const user: Powers = { uid: 33, capabilities: 0n, perfParanoid: 2 };
const own: PerfTarget = { kind: 'processes', uids: [33] };
const machine: PerfTarget = { kind: 'machine' };

describe('perf', () => {
  test.each<[string, PerfTarget, Partial<Powers>]>([
    ["one's own process", own, {}],
    ['anything, with CAP_PERFMON', machine, { capabilities: 1n << 38n, perfParanoid: 4 }],
    ['anything, as root', { kind: 'processes', uids: [0, 7] }, { uid: 0, capabilities: 1n << 21n }],
    ['the machine, where the kernel lets all', machine, { perfParanoid: -1 }],
    ["somebody else's process, with CAP_SYS_PTRACE", { kind: 'processes', uids: [7] }, { capabilities: 1n << 19n }],
  ])('may look at %s', (_what, target, powers) => {
    expect(perfObstacle(target, { ...user, ...powers })).toBeUndefined();
  });

  test.each<[string, PerfTarget, Partial<Powers>, RegExp]>([
    ['the whole machine', machine, {}, /perf_event_paranoid is 2.*sysctl kernel\.perf_event_paranoid=0/],
    ["one's own process on a strict kernel", own, { perfParanoid: 3 }, /is 3.*perf_event_paranoid=2.*CAP_PERFMON/],
    ["somebody else's process", { kind: 'processes', uids: [33, 7] }, {}, /belongs to user 7 and we are user 33/],
    ['anything on a kernel without it', own, { perfParanoid: undefined }, /has no perf events/],
  ])('may not look at %s, and it is said what would allow it', (_what, target, powers, because) => {
    expect(perfObstacle(target, { ...user, ...powers })).toMatch(because);
  });
});

import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { freePort } from '../../../../infra/free-port.ts';
import type { ProcessLook } from '../../../../monkey/doctor/ports/process-look.ts';
import { type ProfilerParts, profilerOf } from '../../../../monkey/flame/capture/profiler.ts';
import { procLook } from '../../../../monkey/host/process-look.ts';
import { systemClock } from '../../../../pool/clock.ts';
import { sampled, stuck, withNode } from '../../../support/victim.ts';

const look = procLook();

const inspectorBy = (parts: Partial<ProfilerParts>, ...pids: readonly number[]) =>
  profilerOf(
    { kind: 'processes', name: 'the app', find: async () => ({ kind: 'found', pids }) },
    { look, clock: systemClock, path: '/nowhere', by: 'inspector', ...parts },
  );

const limits = { deadlineMs: 15_000 };

describe('an inspector', () => {
  test('hands the profile on before it is closed, where somebody waits for it', async () => {
    const port = await freePort();
    await withNode(stuck, [`--inspect-port=${port}`], async ({ pid }) => {
      const stop = new AbortController();
      const go = new AbortController();
      // Nobody is told any more where the process listens: a close that is awaited would last for ever.
      const listenersOf: ProcessLook['listenersOf'] = async (...given) => {
        if (stop.signal.aborted && !go.signal.aborted) await once(go.signal, 'abort');
        return look.listenersOf(...given);
      };
      const inspector = inspectorBy({ look: { ...look, listenersOf } }, pid);
      const capturing = inspector.capture({ seconds: 60, hz: 200 }, { deadlineMs: 70_000, signal: stop.signal });
      await sampled(pid);
      stop.abort();
      expect(await capturing).toMatchObject({ kind: 'captured' });
      go.abort();
      expect(await inspector.settled()).toEqual([]);
    });
  });

  test('leaves the code of a process alone that is not known to be sick, and says what that costs', async () => {
    const port = await freePort();
    await withNode(stuck, [`--inspect-port=${port}`], async ({ pid }) => {
      expect(await inspectorBy({}, pid).capture({ seconds: 0.5, hz: 200 }, limits)).toMatchObject({
        notes: [expect.stringContaining('its event loop did not turn within 150 ms')],
      });
    });
  });
});

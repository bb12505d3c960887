import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { profilerOf } from '../../../../monkey/flame/capture/profiler.ts';
import { procLook } from '../../../../monkey/host/process-look.ts';
import { systemClock } from '../../../../pool/clock.ts';
import { withNode, withProcess } from '../../../support/victim.ts';

/** Stands in for perf: records nothing, and tells one sample. */
const perf = `#!/bin/sh
[ "$1" = script ] && printf 'app 1 1.0: 1 cpu-clock:\\n\\t1 tick (/app)\\n\\n'
exit 0
`;

const notesByPerf = async (pid: number): Promise<readonly string[] | undefined> => {
  const path = await mkdtemp(join(tmpdir(), 'fake-perf-'));
  try {
    await writeFile(join(path, 'perf'), perf, { mode: 0o755 });
    const look = { ...procLook(), powers: () => ({ ...procLook().powers(), perfParanoid: -1 }) };
    const profiler = profilerOf(
      { kind: 'processes', name: 'the app', find: async () => ({ kind: 'found', pids: [pid] }) },
      { look, clock: systemClock, path },
    );
    const captured = await profiler.capture({ seconds: 0.1, hz: 99 }, { deadlineMs: 15_000 });
    if (captured.kind !== 'captured') throw new Error(captured.because);
    expect(captured.by).toBe('perf');
    return captured.notes;
  } finally {
    await rm(path, { recursive: true });
  }
};

test('says why a Node process was recorded by perf, where its inspector could not be had', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const { port } = holder.address() as { readonly port: number };
  try {
    await withNode('console.log("up"); setInterval(() => 1, 5);\n', [`--inspect-port=${port}`], async ({ pid }) => {
      expect(await notesByPerf(pid)).toEqual([
        expect.stringMatching(`^not by the inspector: node app.js .*port ${port}, which is held by node`),
      ]);
    });
  } finally {
    holder.close();
  }
});

test('says nothing of an inspector where a process is not Node', async () => {
  await withProcess('/bin/sh', ['-c', 'echo up; while :; do :; done'], async ({ pid = 0 }) => {
    expect(await notesByPerf(pid)).toBeUndefined();
  });
});

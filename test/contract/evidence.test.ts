import { procEvidence } from '../../monkey/host/evidence.ts';
import { fakeEvidence } from '../../monkey/host/fake-evidence.ts';
import { systemClock } from '../../pool/clock.ts';
import { evidenceContract } from './evidence.contract.ts';

const line = { pid: 10, command: 'node', cpuShare: 0.99, rssBytes: 4_096 };
evidenceContract('the fake', fakeEvidence({ topByCpu: [line], topByMemory: [line] }));
evidenceContract('/proc of this machine', procEvidence({ cpu: { source: 'host' } }, { clock: systemClock }));

import { type KeptEvidence, keptProfile } from '../../monkey/doctor/evidence/kept.ts';
import type { Notice } from '../../pool/notice.ts';

const main = 'main /srv/app/main.js:1:1';
const spin = 'runaway /srv/app/routes/spin.js:12:3';

const captured = (stacks: Readonly<Record<string, number>>) => ({
  ...({ kind: 'captured', by: 'inspector', of: 'node app.js (pid 7)', seconds: 5, hz: 99 } as const),
  stacks: new Map(Object.entries(stacks)),
});

/** Of a node that spins, beside one that does not. */
export const evidenceOfSpin: KeptEvidence = {
  node: 'web-1',
  profile: keptProfile(captured({ [`${main};${spin}`]: 470, [main]: 30 })),
  healthy: { node: 'web-2', atMs: 1_800_000_000_000, profile: keptProfile(captured({ [main]: 40 })) },
  journal: { of: 'meow.service', lines: ['GET /spin', 'it spins'] },
  missing: ["the kernel's log could not be read: not permitted"],
};

/** What tells people of evidence of which a picture can be drawn. */
export const evidenceNotice = (incident: string): Partial<Notice> => ({
  ...{ kind: 'evidence', node: 'web-1', incident, text: 'Hottest on web-1: 94% in runaway.' },
  detail: { kept: ['profile', 'healthy', 'journal'] },
});

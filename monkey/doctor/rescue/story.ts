import type { IncidentOutcome } from '../../../pool/commit.ts';
import { formatMs } from '../../../pool/units.ts';
import type { SilenceStep, Story } from '../silence/step.ts';
import type { Veto } from '../treatment/guard.ts';
import type { Duty } from './duty.ts';

/** What a quarantined node waits for goes on with its incident; a record from before incidents were kept has none. */
const incidentOf = ({ kind, silent: { node, incident } }: Duty): string => {
  if (node.incident !== undefined) return node.incident;
  if (kind === 'wants-stop-start') return `stop-start-${node.id}-${node.sinceMs}`;
  return kind === 'wants-unknown' ? `remedy-${node.id}-${node.sinceMs}` : incident;
};

export interface Part {
  /** What is told, in one word. */
  readonly step: string;
  readonly because: string;
  readonly kind: string;
  readonly urgency: 'info' | 'warning' | 'page';
  readonly text: string;
  readonly outcome?: IncidentOutcome;
  readonly detail?: Readonly<Record<string, unknown>>;
}

export const storyOf = (duty: Duty, { step, because, kind, urgency, text, outcome, detail = {} }: Part): Story => {
  const { node, silentForMs } = duty.silent;
  const all = { service: node.service, url: node.url, silentForMs, because, ...detail };
  return {
    ...{ incident: incidentOf(duty), node: node.id, step, because },
    ...(outcome === undefined ? {} : { outcome }),
    notices: [{ kind, urgency, text, detail: all }],
  };
};

/** Told once per cause: who refuses, not the numbers that change with each look. */
export const refuse = (duty: Duty, vetoes: readonly Veto[]): SilenceStep => {
  const { node } = duty.silent;
  const names = vetoes.map(({ guard }) => guard);
  const reasons = vetoes.map(({ guard, because }) => `${guard}: ${because}`).join('; ');
  const because = `it may not be rescued now (${names.join(', ')})`;
  const text = `${node.id} is not rescued. ${reasons}.`;
  const urgency = 'warning';
  const step = `not-rescued-${names.join('-')}`;
  return { kind: 'tell', story: storyOf(duty, { step, because, kind: 'refused', urgency, text, detail: { vetoes } }) };
};

/** What refused goes on refusing for as long as another remedy would have had: a human is called, once. */
export const pageOfRefusal = (duty: Duty, vetoes: readonly Veto[]): SilenceStep => {
  const { node } = duty.silent;
  const reasons = vetoes.map(({ guard, because }) => `${guard}: ${because}`).join('; ');
  const because = 'it did not come back, and what comes next is still refused';
  const text = `${node.id}: ${because}. ${reasons}.`;
  const part = {
    step: 'refused-for-long',
    because,
    kind: 'refused',
    urgency: 'page',
    text,
    detail: { vetoes },
  } as const;
  return { kind: 'tell', story: storyOf(duty, part) };
};

/** Out until a human has looked; or, where too few serve, only told: its late return would be welcome. */
export const giveUp = (duty: Duty, because: string, mayQuarantine: boolean): SilenceStep => {
  const { node } = duty.silent;
  const urgency = 'page';
  if (!mayQuarantine) {
    const text = `${node.id} does not come back (${because}); it is not quarantined, since too few nodes serve.`;
    return { kind: 'tell', story: storyOf(duty, { step: 'not-quarantined', because, kind: 'silent', urgency, text }) };
  }
  const text = `${node.id} is quarantined and waits for a human: ${because}. When it is well: monkey readmit ${node.id}`;
  const outcome = 'quarantined';
  const story = storyOf(duty, { step: outcome, because, kind: outcome, urgency, text, outcome });
  return { kind: 'shut-out', node, as: 'quarantined', story };
};

/** Whoever holds it decides, once no answer can be expected any more. */
export const holdBack = (duty: Duty, why = 'it did not return from its reboot'): SilenceStep => {
  const { node, silentForMs } = duty.silent;
  const because = `${why}; nothing was heard of it for ${formatMs(silentForMs)}`;
  const text = `${node.id}: ${because}. It is held by ${node.heldBy ?? 'a human'}.`;
  const story = storyOf(duty, { step: 'held', because, kind: 'held', urgency: 'warning', text, outcome: 'held' });
  return { kind: 'shut-out', node, as: 'held', story };
};

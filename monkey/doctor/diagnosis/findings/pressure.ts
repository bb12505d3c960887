import { between, worst } from '../between.ts';
import type { FindingDefinition } from '../definition.ts';

/** That somebody waits for CPU is what CPU itself tells better; it is shown, and not judged. */
const judge: FindingDefinition['judge'] = ({ vitals: { pressure } }, policy) =>
  pressure.kind === 'unknown'
    ? { kind: 'unknown', because: `pressure could not be measured: ${pressure.because}` }
    : worst([
        between('waiting for memory', pressure.memoryShare, policy.pressure),
        between('waiting for disks', pressure.ioShare, policy.pressure),
      ]);

/**
 * `avg60` is a mean whose past fades by the factor e in each minute (Documentation/accounting/psi.rst; `calc_load`), so from
 * whatever it was it falls to `clear` within ln(1 / clear) minutes without pressure.
 */
const fadesMs = 60_000;
const fadedAtMostMs = 300_000;

/** Only reported by default: a slow volume or a loud neighbour is not cured by a restart. */
export const pressure: FindingDefinition = {
  title: 'pressure',
  judge,
  lingersMs: ({ pressure: { clear } }) => Math.min(fadedAtMostMs, Math.ceil(fadesMs * Math.log(1 / clear))),
  course: ({ rounds }) => rounds,
  remedies: ['reboot', 'stop-start'],
  act: (policy) => policy.pressure.act,
  urgency: 'warning',
};

import type { IncidentEntry } from '../../../pool/commit.ts';
import type { Notice } from '../../../pool/notice.ts';
import type { NodeRecord } from '../../../pool/record.ts';
import type { CheckResult } from '../ports/probe.ts';
import { noticesOf } from './draft.ts';

/** One line of the incident for each check. */
export const checkEntries = (results: readonly CheckResult[]): readonly IncidentEntry[] =>
  results.map(({ name, ok, detail, ms }) => ({
    step: 'check',
    because: `${name}: ${ok ? 'passed' : 'failed'}, ${detail}`,
    detail: { name, ok, detail, ms },
  }));

/** One notice for each check, with ids that no other notice of this commit has. */
export const checkNotices = (
  record: NodeRecord,
  results: readonly CheckResult[],
  commitId: string,
): readonly Notice[] =>
  noticesOf(
    `${commitId}.check`,
    record,
    ...results.map(
      ({ name, ok, detail, ms }) =>
        ({
          kind: 'check',
          urgency: ok ? 'info' : 'warning',
          text: `${ok ? '✓' : '✗'} ${name}: ${detail}`,
          detail: { name, ok, detail, ms },
        }) as const,
    ),
  );

import type { NodeDraft, Write } from '../../pool/commit.ts';
import type { CommitDraft } from '../../pool/decision.ts';
import type { NodeRecord } from '../../pool/record.ts';

/** A node as whoever decides writes it. */
const nodeDraft = (id: string, rest: Partial<NodeDraft> = {}): NodeDraft => ({
  schema: 1,
  id,
  url: `http://${id}.test:8080`,
  service: 'meow',
  state: 'serving',
  sinceMs: 1_000,
  bootId: `boot-of-${id}`,
  session: `session-of-${id}`,
  weight: 1,
  relapses: 0,
  treatmentTimes: [],
  because: 'a test says so',
  ...rest,
});

/** The same as it stands in a pool. */
export const nodeRecord = (id: string, rest: Partial<NodeRecord> = {}): NodeRecord => ({
  ...nodeDraft(id, rest),
  version: 1,
  commit: 'c1',
  ...rest,
});

export const put = (id: string, rest: Partial<NodeDraft> = {}): Write => ({
  kind: 'put-node',
  node: nodeDraft(id, rest),
});

export const draftOf = (writes: readonly Write[], rest: Partial<CommitDraft> = {}): CommitDraft => ({
  what: 'tested',
  expect: [],
  writes,
  notices: [],
  durable: false,
  ...rest,
});

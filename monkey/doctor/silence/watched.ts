import type { Policy } from '../../../pool/policy.ts';
import type { PoolView } from '../../../pool/view.ts';
import type { Attempt } from '../rescue/attempt.ts';
import type { Survey } from '../rescue/survey.ts';
import type { Asked } from './step.ts';
import type { Told } from './told.ts';
import type { Watch } from './watch.ts';

/** All that the judgement of silence may know. */
export interface Watched {
  readonly view: PoolView;
  readonly policy: Policy;
  /** In `observe` what would touch a node is only told. */
  readonly mode: 'observe' | 'act';
  readonly watch: Watch;
  /** The watcher's own clock. */
  readonly monotonicMs: number;
  /** Name of the pool: its machines bear it in a tag. */
  readonly pool: string;
  /** What EC2 has said of machines. */
  readonly survey: Survey;
  /** What came of asking EC2 by this process, by node. */
  readonly attempts: ReadonlyMap<string, Attempt>;
  /** By incident. */
  readonly asked: ReadonlyMap<string, Asked>;
  readonly told: Told;
}

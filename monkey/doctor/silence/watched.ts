import type { Policy } from '../../../pool/policy.ts';
import type { PoolView } from '../../../pool/view.ts';
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
  /** By incident. */
  readonly asked: ReadonlyMap<string, Asked>;
  readonly told: Told;
}

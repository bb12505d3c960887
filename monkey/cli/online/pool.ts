import { defaultPolicy } from '../../../pool/policy.ts';
import { PoolAway, PoolDenied } from '../../../pool/store.ts';
import type { PoolView } from '../../../pool/view.ts';
import type { PoolAccess } from '../../config/config.ts';
import { standingReasons } from '../../doctor/treatment/never.ts';
import { openPool } from '../open-pool.ts';
import { finding, type OnlineCheck, type OnlineFinding } from './finding.ts';

/** Can any node of the pool ever be treated, as pool and policy stand? A healer that never may is none. */
export const checkPool =
  (access: PoolAccess): OnlineCheck =>
  async (limits) => {
    const store = openPool(access);
    try {
      return poolMeaning(await store.view(limits));
    } catch (error) {
      // What is wrong with Redis is said by the check of Redis.
      if (error instanceof PoolAway || error instanceof PoolDenied)
        return [finding('pool', 'skipped', 'it could not be read')];
      throw error;
    } finally {
      await store.close();
    }
  };

export const poolMeaning = (view: PoolView): readonly OnlineFinding[] => {
  const { size } = view.nodes;
  if (size === 0) return [finding('pool', 'skipped', 'nobody has joined it yet')];
  const reasons = standingReasons(view, view.policy?.policy ?? defaultPolicy());
  const count = size === 1 ? '1 node' : `${size} nodes`;
  return reasons.length === 0
    ? [finding('pool', 'ok', `${count}, and nothing forbids for ever to treat one`)]
    : reasons.map(({ because }) => finding('pool', 'risk', because));
};

import type { Faults } from './faults/faults.ts';
import type { BootPlan } from './machine/life.ts';
import type { Instance } from './region/instance.ts';

/** How an instance boots now: as usual, unless a fault has it otherwise. */
export const bootPlanWith =
  (faults: Faults, usualBootMs: number) =>
  (instance: Instance): BootPlan => {
    const isHit = (fault: { readonly instance?: string | undefined }): boolean =>
      fault.instance === undefined || fault.instance === instance.id;
    const never = faults.strike('never-returns', isHit);
    if (never !== undefined) return { kind: 'never', undone: never.undone };
    const slow = faults.strike('slow-boot', isHit);
    const without = faults.strike('returns-without-app', isHit);
    without?.undone.addEventListener('abort', () => void instance.machine.unmask([without.fault.unit]));
    return {
      kind: 'boots',
      bootMs: slow?.fault.bootMs ?? instance.bootMs ?? usualBootMs,
      without: without === undefined ? [] : [without.fault.unit],
    };
  };

/** A fault that strikes by itself, not when something is asked: the power goes, and comes back once it is undone. */
export const obeyPowerLoss = (faults: Faults, find: (id: string) => Instance | undefined): void => {
  faults.onInjected(({ fault, undone }) => {
    if (fault.kind !== 'power-loss') return;
    const instance = find(fault.instance);
    instance?.machine.losePower();
    undone.addEventListener('abort', () => instance?.machine.restorePower(), { once: true });
  });
};

/** Who takes part in a schedule, and for how long. */
import type { Dice } from './dice.ts';
import type { Schedule } from './schedule.ts';

export type Shape = Pick<Schedule, 'nodes' | 'controllers' | 'proxies' | 'forMs'>;

export const processOf = ({ nodes, controllers, proxies }: Shape, chance: Dice): string => {
  const agents = Array.from({ length: nodes }, (_, index) => `agent ${index + 1}`);
  const others = [
    ...Array.from({ length: controllers }, (_, index) => `controller ${index + 1}`),
    ...Array.from({ length: proxies }, (_, index) => `proxy ${index + 1}`),
  ];
  return others.length === 0 || chance.chance(0.6) ? chance.pick(agents) : chance.pick(others);
};

import { Secret } from './secret.ts';

/** The same value, which nobody can change any more, however deep they reach. */
export const deepFreeze = <T>(value: T): T => {
  if (value instanceof Object && !Object.isFrozen(value)) {
    Object.freeze(value);
    if (!(value instanceof Secret)) for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
};

/** The same plain data, which nobody can change any more, however deep they reach: for what many hold at once. */
export const frozen = <T>(value: T): T => {
  if (value instanceof Object && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) frozen(inner);
  }
  return value;
};

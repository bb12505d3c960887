/** What the sections of the policy say of rules between two of their values. */

/** A rule between two values stays quiet where one of them is a problem by itself. */
export const whenNumbers =
  (...keys: readonly string[]) =>
  ({ value }: { readonly value: unknown }): boolean =>
    value instanceof Object && keys.every((key) => typeof Reflect.get(value, key) === 'number');

/** Two values of a section in the words of people, the first against the second: `10m is not less than deadline (5m)`. */
export const against =
  (first: string, comparison: string, second: string, show: (value: number) => string, so = '') =>
  ({ input }: { readonly input?: unknown }): string => {
    const shown = (key: string): string => {
      const value: unknown = input instanceof Object ? Reflect.get(input, key) : undefined;
      return typeof value === 'number' ? show(value) : key;
    };
    return `${shown(first)} is ${comparison} ${second} (${shown(second)})${so}`;
  };

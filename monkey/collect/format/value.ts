/**
 * A value as metrics servers read it: digits only. Statsd takes a gauge with a sign for a change of the last value
 * (docs/metric_types.md), so that `-5` would not set but subtract: nothing with a sign is ever written. Undefined where
 * it is no amount (negative, infinite, none) or too large to be exact; such a gauge is left out.
 */
export const amount = (value: number): string | undefined => {
  const whole = Math.round(value);
  return whole >= 0 && whole <= Number.MAX_SAFE_INTEGER ? String(Math.abs(whole)) : undefined;
};

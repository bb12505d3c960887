/**
 * What a step may take beyond the times that the policy names (asking EC2, measuring, Redis itself) before another
 * than its owner may go on with it, in milliseconds.
 */
export const stepSlackMs = 15_000;

/**
 * What makes every connection one of the slow path, as the product is: no switch in it is needed. Two blanks before a value
 * are too much for the fast path, and nothing to everybody else, so that all contenders are asked alike.
 */
export const blanks = { 'X-Blanks': ' two' } as const;

/** The same as Lua for wrk. */
export const handedOver = Object.entries(blanks)
  .map(([name, value]) => `wrk.headers['${name}'] = '${value}'\n`)
  .join('');

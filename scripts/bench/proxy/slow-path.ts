/**
 * Lua for wrk that makes every connection one of the slow path, as the product is: no switch in it is needed. Two blanks
 * before a value are too much for the fast path, and nothing to everybody else, so that both contenders are asked alike.
 */
export const handedOver = `
wrk.headers['X-Blanks'] = ' two'
`;

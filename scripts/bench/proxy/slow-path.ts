/**
 * Lua for wrk that makes every connection one of the slow path, as the product is: no switch in it is needed. HTTP/1.0 is
 * what the fast path hands over with the whole connection, and `Connection: keep-alive` lets it be kept.
 */
export const handedOver = `
local made
request = function()
  if made == nil then
    made = string.gsub(wrk.format(nil, nil, {['Connection'] = 'keep-alive', ['Host'] = wrk.host}, nil), 'HTTP/1.1', 'HTTP/1.0', 1)
  end
  return made
end
`;

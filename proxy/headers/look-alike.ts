const decisive: ReadonlySet<string> = new Set([
  'content-length',
  'transfer-encoding',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
]);

/**
 * Would a server behind CGI's rules, to which `-` and `_` are one, take the name for one that decides where a request
 * ends or who sent it? What clients send by such a name is dropped.
 *
 * @param name in lower case
 */
export const isLookAlike = (name: string): boolean => name.includes('_') && decisive.has(name.replaceAll('_', '-'));

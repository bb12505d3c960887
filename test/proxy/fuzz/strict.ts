/** Reads what a router wrote by the strict grammar of RFC 9112; null where it does not fit. */
export interface Written {
  readonly first: string;
  /** `name: value`, in lower case and sorted. */
  readonly fields: readonly string[];
  readonly body: string;
  readonly isWhole: boolean;
}

/** @param bodyless what has no body whatever it says; `more` where the head has not come whole */
export const readStrictly = (text: string, bodyless: (first: string) => boolean): Written | 'more' | null => {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return 'more';
  const [first = '', ...lines] = text.slice(0, end).split('\r\n');
  if (lines.some((line) => !/^[!#$%&'*+.^_`|~\w-]+:[\t -~\x80-\xff]*$/.test(line))) return null;
  const fields = lines.map(fieldOf).sort();
  const rest = text.slice(end + 4);
  const has = (wanted: string): string | undefined =>
    fields.find((field) => field.startsWith(`${wanted}: `))?.slice(wanted.length + 2);
  const length = has('content-length');
  if (bodyless(first)) return { first, fields, body: rest, isWhole: rest === '' };
  if (has('transfer-encoding') !== undefined) {
    const body = unchunked(rest);
    return length !== undefined || body === null ? null : { first, fields, ...body };
  }
  const size = Number(length ?? 0);
  return rest.length > size ? null : { first, fields, body: rest, isWhole: rest.length === size };
};

const fieldOf = (line: string): string => {
  const colon = line.indexOf(':');
  return `${line.slice(0, colon).toLowerCase()}: ${line.slice(colon + 1).trim()}`;
};

const unchunked = (text: string): { body: string; isWhole: boolean } | null => {
  let body = '';
  for (let at = 0; ; ) {
    const end = text.indexOf('\r\n', at);
    if (end < 0) return /^[0-9a-f]*\r?$/i.test(text.slice(at)) ? { body, isWhole: false } : null;
    const size = text.slice(at, end);
    if (!/^[0-9a-f]{1,13}$/i.test(size)) return null;
    const length = Number.parseInt(size, 16);
    const after = end + 2 + length;
    if (length === 0) {
      const tail = text.slice(end + 2);
      return tail === '\r\n' ? { body, isWhole: true } : '\r\n'.startsWith(tail) ? { body, isWhole: false } : null;
    }
    body += text.slice(end + 2, after);
    if (text.length < after + 2) return '\r\n'.startsWith(text.slice(after)) ? { body, isWhole: false } : null;
    if (text.slice(after, after + 2) !== '\r\n') return null;
    at = after + 2;
  }
};

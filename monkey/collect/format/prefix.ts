/** What every metric's name begins with: `memory_usage`, `prod.memory_usage`. */
export type ParsedPrefix =
  | { readonly kind: 'prefix'; readonly prefix: string }
  | { readonly kind: 'refused'; readonly because: string };

/** As the first collector named them. */
export const defaultPrefix = 'memory_usage';

const prefixMost = 100;

/** Letters, digits, `_` and `-`, in parts with dots between; a letter first, since Datadog and Prometheus want one. */
export const parsePrefix = (text: string): ParsedPrefix => {
  if (text.length > prefixMost) return { kind: 'refused', because: `a prefix has at most ${prefixMost} characters` };
  if (!/^[a-z][\w-]*(\.[\w-]+)*$/i.test(text))
    return {
      kind: 'refused',
      because: `${JSON.stringify(text)} is no prefix: letters, digits, _ and -, with single dots between, a letter first`,
    };
  return { kind: 'prefix', prefix: text };
};

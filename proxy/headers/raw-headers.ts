/**
 * The values of one header, in order.
 *
 * @param raw flat list as Node has it: name, value, name, value
 * @param wanted the name in lower case
 */
export const valuesOf = (raw: readonly string[], wanted: string): readonly string[] => {
  const values: string[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at] ?? '';
    if (name.length === wanted.length && name.toLowerCase() === wanted) values.push(raw[at + 1] ?? '');
  }
  return values;
};

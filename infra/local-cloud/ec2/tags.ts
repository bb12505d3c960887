import { type Ec2Error, invalidValue, tooManyTags } from './error.ts';
import { nestedOf, type Query } from './query.ts';

/** AWS' limits: "Tag your Amazon EC2 resources". */
const tagsAtMost = 50;
const keyLengthAtMost = 128;
const valueLengthAtMost = 256;

export type Tags = { readonly kind: 'tags'; readonly tags: Readonly<Record<string, string>> };

/** `Tag.1.Key`, `Tag.1.Value` … as a record, or what is wrong with them. */
export const tagsIn = (query: Query): Tags | Ec2Error => {
  const tags: Record<string, string> = {};
  for (const tag of nestedOf(query, 'Tag')) {
    const key = tag.get('Key') ?? '';
    const value = tag.get('Value') ?? '';
    if (key === '' || key.length > keyLengthAtMost) return invalidValue(`Tag key '${key}' is not valid.`);
    if (key.toLowerCase().startsWith('aws:'))
      return invalidValue(`Tag keys starting with 'aws:' are reserved for internal use`);
    if (value.length > valueLengthAtMost) return invalidValue(`Tag value for '${key}' is too long.`);
    tags[key] = value;
  }
  return { kind: 'tags', tags };
};

/** Would there be too many tags, were these added? */
export const excessOf = (present: ReadonlyMap<string, string>, added: Tags['tags']): Ec2Error | undefined =>
  new Set([...present.keys(), ...Object.keys(added)]).size > tagsAtMost ? tooManyTags(tagsAtMost) : undefined;

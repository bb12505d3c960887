/** What may stand where one of several kinds of value may, and why what stands there is none of them. */
import * as z from 'zod';
import { listed } from './shown.ts';

type RawIssue = z.core.$ZodRawIssue;

/** `off or a section of path, sample and query`; undefined: the schema does not say. */
export const expectedOfUnion = (schema: RawIssue['inst']): string | undefined => {
  if (!(schema instanceof z.ZodUnion)) return undefined;
  const options = schema.options.map(optionText);
  return options.includes(undefined) ? undefined : listed(options.map(String), 'or');
};

const optionText = (option: unknown): string | undefined => {
  if (option instanceof z.ZodLiteral) return [...option.values].map(String).join(' or ');
  if (option instanceof z.ZodObject) return `a section of ${listed(Object.keys(option.shape))}`;
  return undefined;
};

/** What is wrong within the section that was probably meant; empty where none of the kinds is a section. */
export const insideOfUnion = (issue: RawIssue): string => {
  if (issue.code !== 'invalid_union' || !Array.isArray(issue.errors)) return '';
  const errors: readonly (readonly z.core.$ZodIssue[])[] = issue.errors;
  const meant = errors.find((ofOption) =>
    ofOption.every(({ path, code }) => path.length > 0 || code === 'unrecognized_keys'),
  );
  const reasons = (meant ?? []).map((one) =>
    one.code === 'unrecognized_keys' ? `${listed(one.keys)} is not known` : `${one.path.join('.')} ${one.message}`,
  );
  return reasons.length === 0 ? '' : `: ${reasons.join(', ')}`;
};

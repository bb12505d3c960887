import { InvalidArgumentError } from 'commander';

/** What stands in the record must say something: the text of `--because` and `--by`. */
export const said = (text: string): string => {
  if (text.trim() === '') throw new InvalidArgumentError('some words, please: it stands in the record.');
  return text;
};

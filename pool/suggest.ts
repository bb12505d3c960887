/**
 * How many slips of the keyboard lie between two words: letters missing, added, wrong, or two swapped.
 * Damerau and Levenshtein's distance in its restricted form (optimal string alignment), see
 * https://en.wikipedia.org/wiki/Damerau–Levenshtein_distance
 */
export const distance = (from: string, to: string): number => {
  let beforeLast: readonly number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current[column] = Math.min(
        cell(last, column) + 1,
        cell(current, column - 1) + 1,
        cell(last, column - 1) + (same ? 0 : 1),
        swapped ? cell(beforeLast, column - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    [beforeLast, last] = [last, current];
  }
  return cell(last, to.length);
};

const cell = (row: readonly number[], column: number): number => row[column] ?? Number.POSITIVE_INFINITY;

/** The known word that was most likely meant; undefined where none is near. Case counts for nothing. */
export const suggest = (word: string, known: readonly string[]): string | undefined => nearest(word, known)[0];

/** The known names that may have been meant: those that contain the word, else those that are nearest to it. */
export const near = (word: string, known: readonly string[], most = 3): readonly string[] => {
  const containing = word === '' ? [] : known.filter((name) => name.toLowerCase().includes(word.toLowerCase()));
  return (containing.length > 0 ? containing : nearest(word, known)).slice(0, most);
};

const nearest = (word: string, known: readonly string[]): readonly string[] => {
  const most = Math.max(1, Math.floor(word.length / 3));
  const slips = known
    .filter((candidate) => Math.abs(candidate.length - word.length) <= most)
    .map((candidate) => ({ candidate, slips: distance(word.toLowerCase(), candidate.toLowerCase()) }));
  const fewest = slips.reduce((least, one) => Math.min(least, one.slips), most);
  return slips.filter((one) => one.slips === fewest).map(({ candidate }) => candidate);
};

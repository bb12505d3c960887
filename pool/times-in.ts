import { keptOf, type Shape, stretchesOf, type Uncut } from './uncut.ts';

/** Whole milliseconds, as we write them. */
const shape: Shape = { value: '(0|[1-9]\\d{0,14})', kept: '"$1",$2,' };

/** Members and scores in turn; undefined: they have to be cut and read one by one. */
export const timesIn = (uncut: Uncut): readonly (string | number)[] | undefined => {
  let asked = 0;
  const stretches = stretchesOf(uncut, 2, () => (asked++ === 0 ? shape : undefined));
  return stretches?.every(({ odd }) => odd === undefined) === true
    ? (keptOf(stretches) as readonly (string | number)[])
    : undefined;
};

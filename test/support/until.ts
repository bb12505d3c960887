import type { Followed } from '../../pool/follower.ts';

/** A listener of a follower, and a way to wait for what it hears. */
export const listener = () => {
  const waiting = new Set<() => void>();
  let last: Followed | undefined;
  const seen: Followed[] = [];
  return {
    seen,
    onChange: (followed: Followed): void => {
      last = followed;
      seen.push(followed);
      for (const look of [...waiting]) look();
    },
    /** Resolves with the first state, the present one included, of which `is` says true. */
    until: (is: (followed: Followed) => boolean): Promise<Followed> =>
      new Promise((resolve) => {
        const look = (): void => {
          if (last === undefined || !is(last)) return;
          waiting.delete(look);
          resolve(last);
        };
        waiting.add(look);
        look();
      }),
  };
};

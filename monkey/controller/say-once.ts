/** Says a cause when it is new, and once more when it is over (`undefined`). */
export type SayOnce = (cause: string | undefined, say: () => void) => void;

export const newSayOnce = (): SayOnce => {
  let said: string | undefined;
  return (cause, say) => {
    if (cause === said) return;
    said = cause;
    say();
  };
};

/** Says what goes wrong round after round once for each cause, and anew after it was well. */
export const oncePerCause = (say: (what: string, because: string) => void) => {
  const said = new Map<string, string>();
  return (what: string, because: string | null): void => {
    // The numbers in it change from round to round, and are no new cause.
    const cause = because?.replace(/\d+/g, '#');
    if (because === null || cause === undefined) said.delete(what);
    else if (said.get(what) !== cause) {
      said.set(what, cause);
      say(what, because);
    }
  };
};

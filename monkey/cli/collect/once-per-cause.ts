/** Says what goes wrong round after round once for each cause, that it is over, and anew after it was well. */
export const oncePerCause = <What extends string>(
  say: (what: What, because: string) => void,
  over: (what: What) => void,
) => {
  const said = new Map<What, string>();
  return (what: What, because: string | null): void => {
    if (because === null) {
      if (said.delete(what)) over(what);
      return;
    }
    // The numbers in it change from round to round, and are no new cause.
    const cause = because.replace(/\d+/g, '#');
    if (said.get(what) === cause) return;
    said.set(what, cause);
    say(what, because);
  };
};

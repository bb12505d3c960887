/** Appends, and forgets the oldest beyond `most`. */
export const pushBounded = <Item>(list: Item[], item: Item, most: number): void => {
  list.push(item);
  if (list.length > most) list.splice(0, list.length - most);
};

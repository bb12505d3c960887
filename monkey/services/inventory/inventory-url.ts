/** Where an inventory is, as people write it: `http://10.0.0.2:8080/prefix`, or `10.0.0.2:8080` alone. */
export type InventoryUrl =
  | { readonly kind: 'url'; readonly url: URL }
  | { readonly kind: 'refused'; readonly because: string };

export const inventoryUrlOf = (text: string): InventoryUrl => {
  const whole = text.includes('://') ? text : `http://${text}`;
  if (!URL.canParse(whole)) return refused('is no URL; write it like http://127.0.0.1:8080');
  const url = new URL(whole);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return refused('is neither http nor https');
  if (url.username !== '' || url.password !== '')
    return refused('carries a user or a password, and everybody on this machine reads command lines');
  if (url.search !== '' || url.hash !== '') return refused('has a query or a fragment: /servers is put behind it');
  if (url.port === '0') return refused('names port 0, which is nowhere');
  return { kind: 'url', url };
};

const refused = (because: string): InventoryUrl => ({ kind: 'refused', because });

/** The URL of a path below it, given segment by segment. */
export const urlBelow = (inventory: URL, segment: string): URL => {
  const url = new URL(inventory);
  url.pathname = `${inventory.pathname.replace(/\/+$/, '')}/${encodeURIComponent(segment).replaceAll('%3A', ':')}`;
  return url;
};

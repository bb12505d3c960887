/** `--static`: the URLs of nodes as a person types them. */
import { membersByHand } from '../../proxy/members.ts';

export type StaticUrls =
  | {
      readonly kind: 'urls';
      /** Each node once. */
      readonly urls: readonly string[];
      /** What names a node that was named before, as it was typed. */
      readonly repeated: readonly string[];
    }
  | { readonly kind: 'refused'; readonly because: string };

/** More than anybody types; each costs a member's memory for as long as the proxy runs. */
const mostUrls = 1_000;

/** What is wrong with any of them is told at once. One that is named twice, in whatever spelling, is one node. */
export const staticUrls = (list: string): StaticUrls => {
  const urls = list.split(',').map((url) => url.trim());
  if (urls.includes('')) return refused('an empty URL; write them like http://127.0.0.1:3000,http://127.0.0.1:3001');
  if (urls.length > mostUrls) return refused(`${urls.length} URLs are more than ${mostUrls}`);
  const { members, ignored } = membersByHand(urls);
  if (ignored.length === 0) return { kind: 'urls', urls: members.map(({ url }) => url), repeated: repeatedIn(urls) };
  return refused(ignored.map(({ url, because }) => `${url}: ${because}${hint(url)}`).join('; '));
};

const repeatedIn = (urls: readonly string[]): readonly string[] => {
  const origins = urls.map((url) => membersByHand([url]).members[0]?.url);
  return urls.filter((_url, index) => origins.indexOf(origins[index]) < index);
};

/** What most people leave out. */
const hint = (url: string): string => (url.includes('://') ? '' : ' (begin it with http://)');

const refused = (because: string): StaticUrls => ({ kind: 'refused', because });

/**
 * Extensions of a chunk, byte by byte: `;name`, `;name=token` or `;name="quoted"`, as often as they like (RFC 9112, 7.1.1),
 * without the blanks that the RFC calls bad. That is what Node's parser takes too: the fast path must not take more.
 */
import { isToken } from './head-scanner.ts';

/** What comes next, or what we are in. */
export type ExtensionAt = 'name' | 'in-name' | 'value' | 'in-value' | 'quoted' | 'escaped' | 'after-quoted';

const [tab, cr, space, quote, semicolon, equals, backslash, del] = [9, 13, 32, 34, 59, 61, 92, 127];

/** Where this byte leads; `end`: it was the CR behind them all. */
export const nextInExtension = (at: ExtensionAt, byte: number): ExtensionAt | 'end' | 'bad' => {
  switch (at) {
    case 'name':
      return isToken(byte) ? 'in-name' : 'bad';
    case 'in-name':
      if (byte === equals) return 'value';
      return isToken(byte) ? 'in-name' : behind(byte);
    case 'value':
      if (byte === quote) return 'quoted';
      return isToken(byte) ? 'in-value' : 'bad';
    case 'in-value':
      return isToken(byte) ? 'in-value' : behind(byte);
    case 'quoted':
      if (byte === quote) return 'after-quoted';
      if (byte === backslash) return 'escaped';
      return isText(byte) ? 'quoted' : 'bad';
    case 'escaped':
      return isText(byte) ? 'quoted' : 'bad';
    case 'after-quoted':
      return behind(byte);
  }
};

/** Behind a whole one: another, or the end of the line. */
const behind = (byte: number): 'name' | 'end' | 'bad' => {
  if (byte === semicolon) return 'name';
  return byte === cr ? 'end' : 'bad';
};

const isText = (byte: number): boolean => byte === tab || (byte >= space && byte !== del);

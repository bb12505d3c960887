import { httpGet } from './http-get.ts';
import type { ProbeKind } from './probe-kind.ts';

/** Some content came: the body has at least `minBytes`, whatever the status is. */
export const content: ProbeKind<'content'> = {
  name: () => 'content',
  run: async ({ path, minBytes }, url, { signal }) => {
    const { bytes, ms } = await httpGet(url, path, signal);
    const seen = `${bytes} bytes in ${Math.round(ms)} ms`;
    return bytes >= minBytes
      ? { ok: true, detail: seen }
      : { ok: false, detail: `${seen}, at least ${minBytes} expected` };
  },
};

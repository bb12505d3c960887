import { httpGet } from './http-get.ts';
import type { ProbeKind } from './probe-kind.ts';

/** The status of the answer is what it should be. */
export const status: ProbeKind<'status'> = {
  name: () => 'status',
  run: async ({ path, status: expected }, url, { signal }) => {
    const { status: got, ms } = await httpGet(url, path, signal);
    const seen = `${got} in ${Math.round(ms)} ms`;
    return got === expected ? { ok: true, detail: seen } : { ok: false, detail: `${seen}, ${expected} expected` };
  },
};

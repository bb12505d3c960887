import { numberAsked, type Route, refuseNumber, sendJson } from '../route.ts';

const mebibytesAtMost = 1024;
const mebibyte = 1024 * 1024;

class LeakedMeow {
  readonly memory: Buffer;
  constructor(bytes: number) {
    // Filled, because memory that was never written to is not resident.
    this.memory = Buffer.alloc(bytes, 'meow');
  }
}

/** Keeps `?mb=` MiB (16 unless told) for ever with each request. The list has no bound: that is the fault it stands for. */
export const leak = (): Route => {
  const leaked: LeakedMeow[] = [];
  return {
    method: 'GET',
    answer: ({ response, url }) => {
      const mebibytes = numberAsked(url, 'mb', 16, mebibytesAtMost);
      if (mebibytes === undefined) {
        refuseNumber(response, 'mb', mebibytesAtMost);
        return;
      }
      leaked.push(new LeakedMeow(Math.round(mebibytes * mebibyte)));
      const bytes = leaked.reduce((sum, { memory }) => sum + memory.length, 0);
      sendJson(response, 200, { leakedMiB: mebibytes, leakedInAllMiB: bytes / mebibyte });
    },
  };
};

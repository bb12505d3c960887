/** What is asked of every contender, with as many connections as keep one core busy without a long queue. */
export interface Work {
  readonly name: string;
  readonly title: string;
  readonly path: string;
  readonly connections: number;
  /** Bytes of the body that is posted; undefined: GET. */
  readonly postBytes?: number;
  readonly answerBytes: number;
  /** Requests before anything is measured: V8 compiles some of what runs often only after tens of thousands. */
  readonly warmUp: number;
}

export const works: readonly Work[] = [
  { name: 'get-1k', title: 'GET 1 KiB', path: '/get-1k', connections: 32, answerBytes: 1_024, warmUp: 40_000 },
  {
    ...{ name: 'post-64k', title: 'POST 64 KiB', path: '/post-64k' },
    ...{ connections: 32, postBytes: 65_536, answerBytes: 2, warmUp: 12_000 },
  },
  { name: 'get-1m', title: 'GET 1 MiB', path: '/get-1m', connections: 16, answerBytes: 1_048_576, warmUp: 3_000 },
];

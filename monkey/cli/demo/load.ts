/*
 * The demo's client: a steady stream of requests that nobody retries.
 *
 * INVARIANTS
 * - It sends at its own pace, whatever comes back, so that a slow answer does not hide the requests behind it.
 * - Every request ends in exactly one of ok and failed; `failed` is any other status than 2xx, a reset, a wrong body
 *   or nothing within the time-out. It never retries.
 */
import { Agent, type IncomingMessage, request } from 'node:http';
import { createHistogram } from 'node:perf_hooks';

export interface LoadOptions {
  /** Where to send: the proxy's URL and a path. */
  readonly url: string;
  readonly perSecond: number;
  readonly timeoutMs: number;
  /** Is posted; without it requests are GET. */
  readonly body?: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  /** How many failures are kept in words; 20 unless told. */
  readonly keptFailures?: number;
  /** What is wrong with an answer; undefined: nothing. */
  readonly fault: (status: number, body: string) => string | undefined;
}

export interface LoadCounts {
  readonly sent: number;
  readonly ok: number;
  readonly failed: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** The first failures in words. */
  readonly failures: readonly string[];
}

export interface Load {
  readonly counts: () => LoadCounts;
  /** Sends no more, waits for what is under way (at most the time-out), and counts. */
  readonly stop: () => Promise<LoadCounts>;
  /** Sends no more and waits for nothing. */
  readonly cut: () => void;
}

export const startLoad = (options: LoadOptions): Load => {
  const agent = new Agent({ keepAlive: true, maxSockets: 512, scheduling: 'lifo' });
  const tally = newTally(options.keptFailures ?? 20);
  const stopPacing = pace(options.perSecond, () => once(options, agent, tally.send()));
  return {
    counts: tally.counts,
    stop: async () => {
      stopPacing();
      await tally.settled();
      agent.destroy();
      return tally.counts();
    },
    cut: () => {
      stopPacing();
      agent.destroy();
    },
  };
};

interface Tally {
  /** Counts a request that is sent; how it ended is told to what this returns. */
  readonly send: () => (wrong: string | undefined) => void;
  /** Resolves once every request has ended. */
  readonly settled: () => Promise<void>;
  readonly counts: () => LoadCounts;
}

const newTally = (keptFailures: number): Tally => {
  const latency = createHistogram({ lowest: 1, highest: 60_000_000, figures: 3 });
  const failures: string[] = [];
  const total = { sent: 0, ok: 0, failed: 0 };
  let idle: (() => void) | undefined;
  const settle = (startedMs: number, wrong: string | undefined): void => {
    if (wrong === undefined) {
      total.ok += 1;
      latency.record(Math.max(1, Math.round((performance.now() - startedMs) * 1_000)));
    } else {
      total.failed += 1;
      if (failures.length < keptFailures) failures.push(wrong);
    }
    if (total.ok + total.failed === total.sent) idle?.();
  };

  return {
    send: () => {
      total.sent += 1;
      const startedMs = performance.now();
      return (wrong) => settle(startedMs, wrong);
    },
    settled: async () => {
      if (total.ok + total.failed < total.sent) await new Promise<void>((resolve) => (idle = resolve));
    },
    counts: () => ({
      ...total,
      p50Ms: total.ok === 0 ? 0 : latency.percentile(50) / 1_000,
      p99Ms: total.ok === 0 ? 0 : latency.percentile(99) / 1_000,
      failures: [...failures],
    }),
  };
};

/** Calls `send` at an even rate; what a late timer missed is made up for, but never more than a second's worth. */
const pace = (perSecond: number, send: () => void): (() => void) => {
  let due = performance.now();
  const timer = setInterval(
    () => {
      const now = performance.now();
      due = Math.max(due, now - 1_000);
      for (; due <= now; due += 1_000 / perSecond) send();
    },
    Math.min(10, 1_000 / perSecond),
  );
  return () => clearInterval(timer);
};

const once = (
  { url, timeoutMs, body, headers = {}, fault }: LoadOptions,
  agent: Agent,
  end: (wrong: string | undefined) => void,
): void => {
  let ended = false;
  const settle = (wrong: string | undefined): void => {
    if (ended) return;
    ended = true;
    clearTimeout(timer);
    end(wrong);
  };
  const method = body === undefined ? 'GET' : 'POST';
  const sent = request(url, { agent, method, headers }, (response) => read(response, fault, settle));
  sent.end(body);
  const timer = setTimeout(() => {
    settle(`no answer within ${String(timeoutMs)} ms`);
    sent.destroy();
  }, timeoutMs);
  sent.on('error', (error) => settle(`${'code' in error ? String(error.code) : error.name}: ${error.message}`));
};

const read = (
  response: IncomingMessage,
  fault: LoadOptions['fault'],
  settle: (wrong: string | undefined) => void,
): void => {
  let body = '';
  response.setEncoding('utf8');
  response.on('data', (part: string) => (body += part));
  response.on('error', (error) => settle(`the answer broke off: ${error.message}`));
  response.on('aborted', () => settle('the answer broke off'));
  response.on('end', () => {
    const status = response.statusCode ?? 0;
    settle(status < 200 || status > 299 ? `status ${String(status)}: ${body.slice(0, 200)}` : fault(status, body));
  });
};

/** One connection to the inspector of a Node process on this machine, in which every answer has a deadline. */
import type CDP from 'chrome-remote-interface';
import type { Limits } from '../../../pool/store.ts';
import { within } from '../../../pool/within.ts';

export interface InspectorSession {
  /** Rejects at the deadline, where the inspector says no, and where the connection ends first. */
  ask(method: Method, params: Readonly<Record<string, unknown>>, limits: Limits): Promise<unknown>;
  /** Aborted when the connection has ended, by whoever. */
  readonly ended: AbortSignal;
  close(): Promise<void>;
}

type Method =
  | 'Profiler.enable'
  | 'Profiler.setSamplingInterval'
  | 'Profiler.start'
  | 'Profiler.stop'
  | 'Profiler.startPreciseCoverage'
  | 'Profiler.stopPreciseCoverage'
  | 'Runtime.evaluate';

/** Where nothing but raw methods is used, the description of the protocol need not be asked for. */
const noDescription = { version: { major: '1', minor: '3' }, domains: [] };
const closingMs = 200;

/** Connects; rejects where that cannot be had in time. */
export const openSession = async (port: number, limits: Limits): Promise<InspectorSession> => {
  const { default: connect } = await import('chrome-remote-interface');
  return within(limits, async (signal) => {
    const client = await connect({ host: '127.0.0.1', port, useHostName: true, protocol: noDescription });
    // Nobody waits any more: what came too late may not stay open.
    if (signal.aborted) await client.close();
    return sessionOf(client);
  });
};

const sessionOf = (client: CDP.Client): InspectorSession => {
  const ended = new AbortController();
  client.on('disconnect', () => ended.abort());
  return {
    ended: ended.signal,
    ask: (method, params, limits) =>
      within(limits, async () => {
        if (ended.signal.aborted) throw new Error('the inspector has closed the connection');
        return client.send(method, params);
      }),
    close: async () => {
      if (ended.signal.aborted) return;
      await within({ deadlineMs: closingMs }, () => client.close()).catch(() => undefined);
      ended.abort();
    },
  };
};

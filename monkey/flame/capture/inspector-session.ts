/** One connection to the inspector of a Node process on this machine, in which every answer has a deadline. */
import type CDP from 'chrome-remote-interface';
import type { Limits } from '../../../pool/store.ts';
import { within } from '../../../pool/within.ts';
import type { Listener } from '../../doctor/ports/process-look.ts';

export interface InspectorSession {
  /** Rejects at the deadline, where the inspector says no, and where the connection ends first. */
  ask(method: Method, params: Readonly<Record<string, unknown>>, limits: Limits): Promise<unknown>;
  /** Aborted when the connection has ended, by whoever. */
  readonly ended: AbortSignal;
  /** Aborted when the process wants to exit: node lets it do so only once nobody is connected any more. */
  readonly exiting: AbortSignal;
  close(): Promise<void>;
}

type OfNode = 'NodeRuntime.notifyWhenWaitingForDisconnect';

type Method =
  | OfNode
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
export const openSession = async (
  { address, port }: Pick<Listener, 'address' | 'port'>,
  limits: Limits,
): Promise<InspectorSession> => {
  const { default: connect } = await import('chrome-remote-interface');
  return within(limits, async (signal) => {
    const client = await connect({ host: address, port, useHostName: true, protocol: noDescription });
    // Nobody waits any more: what came too late may not stay open.
    if (signal.aborted) await client.close();
    return sessionOf(client);
  });
};

const sessionOf = (client: CDP.Client): InspectorSession => {
  const ended = new AbortController();
  const exiting = new AbortController();
  client.on('disconnect', () => ended.abort());
  client.on('NodeRuntime.waitingForDisconnect', () => exiting.abort());
  return {
    ended: ended.signal,
    exiting: exiting.signal,
    ask: (method, params, limits) =>
      within(limits, async () => {
        if (ended.signal.aborted) throw new Error('the inspector has closed the connection');
        // Node's own domain is not among those that are typed.
        return client.send(method as Exclude<Method, OfNode>, params);
      }),
    close: async () => {
      if (ended.signal.aborted) return;
      await within({ deadlineMs: closingMs }, () => client.close()).catch(() => undefined);
      ended.abort();
    },
  };
};

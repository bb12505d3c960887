import fc from 'fast-check';
import { answerStreams, packetsOf, requestStreams } from './cases.ts';
import { passedAnswer } from './fast-answers.ts';
import { fastPath } from './fast-path.ts';
import { areBothRefused, sameAnswer, sameReason, sameRequests } from './laws.ts';
import { heardFromNode } from './node-client.ts';
import { heardByNode, nodeServer } from './node-server.ts';

export interface Fuzzed {
  readonly cases: number;
  /** Requests or answers that the fast path took. */
  readonly taken: number;
  /** Requests that both paths refused, so that their reasons could be compared. */
  readonly refused: number;
  /** The first violation, in its smallest form. */
  readonly violation: string | undefined;
}

/**
 * Streams of requests, read by the fast path and by Node's own server.
 *
 * @param withReasons whether what both refuse has to be refused for the same reason as well
 */
export const fuzzRequests = async (cases: number, seed: number, withReasons = true): Promise<Fuzzed> => {
  const path = fastPath();
  const server = nodeServer();
  let taken = 0;
  let refused = 0;
  const law = fc.asyncProperty(requestStreams, async (stream) => {
    const packets = packetsOf(stream);
    const [passed, heard] = await Promise.all([path.pass(packets), heardByNode(server, packets)]);
    taken += passed.written.length;
    const again =
      passed.handed === undefined || passed.handed === ''
        ? undefined
        : await heardByNode(server, [Buffer.from(passed.handed, 'latin1')]);
    if (areBothRefused(passed, heard)) refused += 1;
    const wrong = sameRequests(passed, heard, again) ?? (withReasons ? sameReason(passed, heard) : undefined);
    if (wrong !== undefined) throw new Error(wrong);
  });
  const report = await fc.check(law, { numRuns: cases, seed });
  path.stop();
  return { cases: report.numRuns, taken, refused, violation: report.failed ? told(report) : undefined };
};

/** Answers, read by the fast path and by Node's own client. */
export const fuzzAnswers = async (cases: number, seed: number): Promise<Fuzzed> => {
  let taken = 0;
  const law = fc.asyncProperty(answerStreams, async ({ stream, isToHead, isClosed }) => {
    const packets = packetsOf(stream);
    const passed = passedAnswer(packets, isToHead, isClosed);
    if (passed.progress === 'answered') taken += 1;
    const { answer, error } = await heardFromNode(packets, isToHead, isClosed);
    const wrong = sameAnswer(passed, answer, error, isToHead);
    if (wrong !== undefined) throw new Error(wrong);
  });
  const report = await fc.check(law, { numRuns: cases, seed });
  return { cases: report.numRuns, taken, refused: 0, violation: report.failed ? told(report) : undefined };
};

interface Failed {
  readonly counterexample: unknown;
  readonly errorInstance: unknown;
}

const told = ({ counterexample, errorInstance }: Failed): string =>
  `${errorInstance instanceof Error ? errorInstance.message : String(errorInstance)}\n  ${JSON.stringify(counterexample)}`;

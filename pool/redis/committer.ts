/*
 * Sends commits to Redis and says what became of them.
 *
 * INVARIANTS
 * - A commit is sent once. When its reply is lost it is looked up by its id on another connection until the deadline,
 *   and given up there if it has not been applied: it cannot be applied later, so `conflict` is certain.
 * - It is written only while its decision holds, by the monotonic clock at that very moment.
 * - `committed` of a durable commit means that a replica has it, or that Redis had no replica connected.
 */
import type { Redis } from 'ioredis';
import type { Clock } from '../clock.ts';
import type { Commit, CommitResult } from '../commit.ts';
import { commitPlan } from '../commit-plan.ts';
import type { Limits } from '../store.ts';
import { tooOld } from '../too-old.ts';
import { commitScript, lookUpScript } from './commit-script.ts';
import type { Connection } from './connection.ts';
import { type Deadline, deadlineOf } from './deadline.ts';
import type { ScriptRunner } from './script.ts';

export interface CommitterParts {
  /** Carries commits; WAIT may hold it up. */
  readonly commits: Connection;
  /** Carries the questions after lost replies. */
  readonly calls: Connection;
  readonly scripts: ScriptRunner;
  readonly clock: Clock;
  /** How long a durable commit waits for a replica. */
  readonly replicaWaitMs: number;
}

/** Of the time for a commit, the part in which its own reply must come; the rest is for looking it up. */
const shareForReply = 0.6;
const lookUpPauseMs = 50;

export const applyCommit = async (parts: CommitterParts, commit: Commit, limits: Limits): Promise<CommitResult> => {
  const deadline = deadlineOf(limits, parts.clock);
  try {
    const forReply = { ...limits, deadlineMs: limits.deadlineMs * shareForReply };
    const plan = toPlanText(commit);
    const sent = await parts.commits.call(async (redis) => {
      const answer = await write(parts, redis, commit, plan);
      return answer.kind === 'too-old' ? answer.result : settled(parts, redis, commit, deadline, answer.value);
    }, forReply);
    switch (sent.kind) {
      case 'answer':
        return sent.value;
      case 'refused':
        return { kind: 'conflict', because: `Redis refused it: ${sent.because}` };
      case 'denied':
        return { kind: 'conflict', because: sent.because, denied: true };
      case 'not-sent':
        return { kind: 'conflict', because: `not sent: ${sent.because}` };
      case 'lost':
        return await lookUp(parts, commit, deadline, limits, sent.because);
    }
  } finally {
    deadline.end();
  }
};

type Written =
  | { readonly kind: 'answer'; readonly value: unknown }
  | { readonly kind: 'too-old'; readonly result: CommitResult };

/** Writes the commit to the connection, unless the process was held up for so long that its decision holds no more. */
const write = async (
  { scripts, clock }: CommitterParts,
  redis: Redis,
  commit: Commit,
  plan: string,
): Promise<Written> => {
  let result: CommitResult | undefined;
  const mayBeSent = (): void => {
    result = tooOld(commit, clock.monotonicMs());
    if (result !== undefined) throw new Error(result.because);
  };
  try {
    return { kind: 'answer', value: await scripts.run(redis, commitScript, [plan], mayBeSent) };
  } catch (error) {
    if (result === undefined) throw error;
    return { kind: 'too-old', result };
  }
};

const toPlanText = (commit: Commit): string => JSON.stringify(commitPlan(commit));

const lookUp = async (
  parts: CommitterParts,
  commit: Commit,
  deadline: Deadline,
  { signal }: Limits,
  because: string,
): Promise<CommitResult> => {
  while (deadline.leftMs() > 0) {
    const limits = { deadlineMs: deadline.leftMs(), ...(signal === undefined ? {} : { signal }) };
    const sent = await parts.calls.call(
      async (redis) =>
        settled(parts, redis, commit, deadline, await parts.scripts.run(redis, lookUpScript, [commit.id])),
      limits,
    );
    if (sent.kind === 'answer') return sent.value;
    await parts.clock.sleep(Math.min(lookUpPauseMs, deadline.leftMs()), signal);
  }
  return { kind: 'unknown', because: `its reply was lost (${because}) and Redis could not be asked` };
};

/** The result from a script's answer; for a durable commit, once a replica has it. */
const settled = async (
  { replicaWaitMs }: CommitterParts,
  redis: Redis,
  commit: Commit,
  deadline: Deadline,
  answer: unknown,
): Promise<CommitResult> => {
  const result = readAnswer(answer);
  if (result.kind !== 'committed' || !commit.durable) return result;
  const because = await notAcknowledged(redis, Math.min(replicaWaitMs, deadline.leftMs() / 2));
  return because === undefined ? result : { kind: 'unacknowledged', version: result.version, because };
};

/**
 * Why no replica is known to have the last write of this connection; undefined where one has, or there is none. It
 * must follow the write at once: WAIT speaks of the writes of its own connection, and ioredis, which rejects what is
 * asked while a connection is down, cannot have made a new one in between.
 */
const notAcknowledged = async (redis: Redis, waitMs: number): Promise<string | undefined> => {
  try {
    const [role, , replicas] = await redis.role();
    if (role === 'master' && Array.isArray(replicas) && replicas.length === 0) return undefined;
    const acknowledged = await redis.wait(1, Math.max(1, Math.floor(waitMs)));
    return acknowledged >= 1 ? undefined : `no replica has it within ${Math.floor(waitMs)} ms`;
  } catch (error) {
    return `whether a replica has it could not be asked: ${error instanceof Error ? error.message : String(error)}`;
  }
};

const readAnswer = (answer: unknown): CommitResult => {
  const [kind, second, third] = Array.isArray(answer) ? answer.map(String) : [];
  if (kind === 'committed') return { kind, version: Number(second), atMs: Number(third) };
  if (kind === 'conflict') return { kind, because: second ?? 'no reason was given' };
  return { kind: 'unknown', because: 'the answer makes no sense' };
};

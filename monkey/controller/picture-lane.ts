/*
 * Hands the pictures of evidence over, once the words that belong to them have been told.
 *
 * INVARIANTS
 * - Nobody waits for a picture: neither notices nor pages, nor the pool.
 * - Each is handed over at most once. One that cannot be had or is not taken is given up after a few tries; why is said
 *   once, and `monkey incidents ID --flame` draws it still.
 */

import { messageOf } from '../../pool/thrown.ts';
import { type KeptEvidence, readEvidence } from '../doctor/evidence/kept.ts';
import type { UploadAnswer } from '../doctor/ports/messenger.ts';
import { backoffMs } from './backoff.ts';
import { type Leadership, stands } from './leadership.ts';
import type { ControllerParts, DeliveryOptions } from './parts.ts';
import type { SayOnce } from './say-once.ts';

export interface PictureLane {
  readonly parts: Pick<ControllerParts, 'store' | 'clock' | 'log' | 'random' | 'messenger' | 'draw'>;
  readonly options: DeliveryOptions;
  readonly poolDeadlineMs: number;
  readonly leadership: Leadership;
  readonly wanted: WantedPictures;
  readonly sayPicture: SayOnce;
}

/** Of which incidents people are to get pictures. */
export interface WantedPictures {
  readonly want: (incident: string) => void;
  /** The next one; undefined once the signal aborts. */
  readonly next: (signal: AbortSignal) => Promise<string | undefined>;
}

/** Where more wait the oldest go: whoever has twenty sick nodes has seen pictures enough. */
const wantedMost = 20;

export const newWantedPictures = (): WantedPictures => {
  const wanted: string[] = [];
  let wake: () => void = () => undefined;
  return {
    want: (incident) => {
      wanted.push(incident);
      wanted.splice(0, wanted.length - wantedMost);
      wake();
    },
    next: async (signal) => {
      while (wanted.length === 0 && !signal.aborted)
        await new Promise<void>((resolve) => {
          wake = () => {
            signal.removeEventListener('abort', wake);
            resolve();
          };
          signal.addEventListener('abort', wake, { once: true });
        });
      return signal.aborted ? undefined : wanted.shift();
    },
  };
};

export const deliverPictures = async (lane: PictureLane): Promise<void> => {
  const { leadership, parts } = lane;
  while (stands(leadership)) {
    const incident = await lane.wanted.next(leadership.signal);
    if (incident === undefined) return;
    const because = await handOver(lane, incident).catch((error: unknown) => messageOf(error));
    if (!leadership.signal.aborted)
      lane.sayPicture(because, () =>
        because === undefined
          ? parts.log.info('pictures-sent-again', { incident })
          : parts.log.warn('picture-not-sent', { incident, because }),
      );
  }
};

const triesMost = 3;
/** A picture is larger than a message, and goes in three calls. */
const callsMs = 3;
const limitedMostMs = 60_000;

/** Why it was not handed over; undefined where it was, or where there is nobody or nothing to hand over. */
const handOver = async ({ parts, options, leadership, ...lane }: PictureLane, incident: string) => {
  const limits = { deadlineMs: lane.poolDeadlineMs };
  const [thread, json] = [await parts.store.thread(incident, limits), await parts.store.evidence(incident, limits)];
  const evidence = json === undefined ? undefined : readEvidence(json);
  if (thread === undefined || evidence?.profile === undefined) return undefined;
  const forCall = { deadlineMs: options.callMs * callsMs, signal: leadership.signal };
  const files = await parts.draw(evidence, forCall);
  for (let tries = 1; ; tries += 1) {
    const answer = await parts.messenger.upload({ thread, words: wordsOf(evidence), files }, forCall);
    if (answer.kind === 'uploaded') return undefined;
    if (answer.kind === 'refused' || tries >= triesMost || leadership.signal.aborted) return becauseOf(answer);
    const pauseMs = answer.kind === 'limited' ? answer.retryAfterMs : backoffMs(tries, parts.random);
    await parts.clock.sleep(Math.min(pauseMs, limitedMostMs), leadership.signal);
  }
};

const wordsOf = ({ node, healthy }: KeptEvidence): string =>
  healthy === undefined
    ? `What ${node} was doing.`
    : `What ${node} was doing, and how that differs from ${healthy.node} when that was healthy.`;

const becauseOf = (answer: Exclude<UploadAnswer, { kind: 'uploaded' }>): string => {
  switch (answer.kind) {
    case 'refused':
      return answer.code === 'missing_scope' ? 'missing_scope: Slack wants files:write for pictures' : answer.code;
    case 'limited':
      return 'limited';
    case 'away':
      return answer.because;
  }
};

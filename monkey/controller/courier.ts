import type { PlannedLetter } from '../doctor/report/letter.ts';
import type { Form } from '../doctor/report/render.ts';
import type { Leadership } from './leadership.ts';
import type { ControllerParts, DeliveryOptions } from './parts.ts';
import type { WantedPictures } from './picture-lane.ts';
import type { SayOnce } from './say-once.ts';

/** What carries notices from the outbox to people during one leadership. */
export interface Courier {
  readonly parts: Pick<ControllerParts, 'store' | 'clock' | 'log' | 'random' | 'messenger'>;
  readonly options: DeliveryOptions;
  readonly poolDeadlineMs: number;
  readonly leadership: Leadership;
  readonly saySlack: SayOnce;
  readonly pictures: Pick<WantedPictures, 'want'>;
  /** When the next message may be sent, by the monotonic clock. */
  readonly pace: { nextMs: number };
}

/** What is known of the delivery of one letter, over as many tries as it takes. */
export interface Delivery {
  readonly letter: PlannedLetter;
  form: Form;
  /** It may have been posted. */
  doubtful: boolean;
  /** It was posted, under this id where it has one, and is not yet acknowledged. */
  posted?: { readonly id: string | undefined; readonly opensThread: boolean };
  threadGone: boolean;
  /** In a row. */
  failures: number;
}

export const newDelivery = (letter: PlannedLetter): Delivery => ({
  ...{ letter, form: 'rich', threadGone: false, failures: 0 },
  doubtful: letter.waiting.some(({ letter: begun }) => begun !== undefined),
});

export const entriesOf = ({ letter }: Delivery): readonly string[] => letter.waiting.map(({ entry }) => entry);

export type Outcome =
  /** Nothing is left to do about this letter. */
  { readonly kind: 'done' } | { readonly kind: 'later'; readonly afterMs: number } | { readonly kind: 'not-leader' };

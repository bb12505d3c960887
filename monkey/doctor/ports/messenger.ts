import type { Limits } from '../../../pool/store.ts';
import type { Message } from '../report/message.ts';

/** One message on its way. `notice` goes along as metadata, so that it can be found again. */
export interface Letter {
  readonly notice: string;
  readonly message: Message;
  /** The message whose thread it belongs to, by the id that `post` gave; undefined: it stands alone. */
  readonly thread?: string;
}

export interface Sought {
  readonly notice: string;
  readonly thread?: string;
  /** Not sent before then, in milliseconds since 1970 by Redis TIME. */
  readonly sinceMs: number;
}

/** Why a letter could not be handed over, or be looked for. */
export type Trouble =
  /** Not now: nothing was posted. */
  | { readonly kind: 'limited'; readonly retryAfterMs: number }
  /**
   * No, for good. `access`: token, scope or channel is wrong, a human must see to it. `message`: this one message is
   * not taken. `thread`: its thread is gone. `unknown`: an error that we do not know.
   */
  | { readonly kind: 'refused'; readonly what: 'access' | 'message' | 'thread' | 'unknown'; readonly code: string }
  /** No answer, or a broken one: it may have been posted. */
  | { readonly kind: 'away'; readonly because: string };

/** `id` is what threads hang on; undefined where there are no threads. */
export type PostAnswer = { readonly kind: 'posted'; readonly id: string | undefined } | Trouble;
export type FindAnswer = { readonly kind: 'found'; readonly id: string } | { readonly kind: 'not-found' } | Trouble;

/** Pictures for a thread. */
export interface Parcel {
  readonly thread: string;
  /** What stands above them. */
  readonly words: string;
  readonly files: readonly PictureFile[];
}
export interface PictureFile {
  readonly name: string;
  readonly title: string;
  readonly content: Uint8Array;
}
export type UploadAnswer = { readonly kind: 'uploaded' } | Trouble;

/** Tells people. Nothing is retried by itself: who delivers the outbox decides. Never throws. */
export interface Messenger {
  post(letter: Letter, limits: Limits): Promise<PostAnswer>;
  /** Was this notice posted already? Looks at a bounded number of messages, the newest first. */
  find(sought: Sought, limits: Limits): Promise<FindAnswer>;
  /** Nobody looks for what was uploaded: after a lost reply it may be there already. */
  upload(parcel: Parcel, limits: Limits): Promise<UploadAnswer>;
}

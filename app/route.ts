import type { IncomingMessage, ServerResponse } from 'node:http';

/** What a route may know of the app that it is part of. */
export interface AppFacts {
  /** The node that the app runs on, where it was told. */
  readonly node: string | undefined;
  /** The boot that the app was started in, where it was told. */
  readonly bootId: string | undefined;
  /** Aborted when the app begins to stop: whoever would work or wait on gives up then. */
  readonly stopping: AbortSignal;
}

interface Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly app: AppFacts;
}

export interface Route {
  readonly method: 'GET' | 'POST';
  /** Answers; what it throws becomes a 500. HEAD is asked as GET. */
  readonly answer: (asked: Asked) => void | Promise<void>;
}

/** Sends a body whole, with its length. */
export const send = (response: ServerResponse, status: number, type: string, body: string | Buffer): void => {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(body);
};

export const sendJson = (response: ServerResponse, status: number, value: unknown): void =>
  send(response, status, 'application/json', `${JSON.stringify(value)}\n`);

/** A number asked for in the URL, or undefined if what stands there is none from 0 to `most`. */
export const numberAsked = (url: URL, name: string, otherwise: number, most: number): number | undefined => {
  const text = url.searchParams.get(name);
  if (text === null) return otherwise;
  const number = text.trim() === '' ? Number.NaN : Number(text);
  return number >= 0 && number <= most ? number : undefined;
};

/** The answer where `numberAsked` had none. */
export const refuseNumber = (response: ServerResponse, name: string, most: number): void =>
  sendJson(response, 400, { error: `${name} must be a number from 0 to ${most}` });

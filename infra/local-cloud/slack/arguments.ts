import type { Asked } from '../http/serve.ts';
import type { Arguments } from './method.ts';
import { partsIn } from './multipart.ts';

/** From the URL and the body, be it a form, JSON or multipart; what is no text becomes JSON, as in a form. */
export const argumentsOf = ({ request, url, body }: Asked): Arguments =>
  new Map([...url.searchParams, ...inBody(request.headers['content-type'] ?? '', body)]);

/** The bytes of the file in an upload: a part of a form, or the whole body. */
export const uploadedBytes = ({ request, body }: Asked): Buffer => {
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith(multipart)) return body;
  return partsIn(type, body).find(({ filename }) => filename !== undefined)?.content ?? Buffer.alloc(0);
};

const multipart = 'multipart/form-data';

const inBody = (type: string, body: Buffer): Iterable<readonly [string, string]> => {
  if (type.startsWith('application/json')) return inJson(body.toString());
  if (!type.startsWith(multipart)) return new URLSearchParams(body.toString());
  return partsIn(type, body).map(({ name, content }) => [name, content.toString()] as const);
};

const inJson = (text: string): readonly (readonly [string, string])[] => {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).map(([name, each]) => [name, typeof each === 'string' ? each : JSON.stringify(each)]);
  } catch {
    return [];
  }
};

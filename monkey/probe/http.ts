import { messageOf } from '../../pool/thrown.ts';
import { type Answer, bodyAtMost, httpGet } from './http-get.ts';
import type { OrderOf, ProbeKind } from './probe-kind.ts';

/** Everything that may be asked of one answer: status, text in it, a value in its JSON, and time. */
export const http: ProbeKind<'http'> = {
  name: ({ name, path }) => `http ${name ?? path}`,
  run: async (order, url, { signal }) => {
    const answer = await httpGet(url, order.path, signal);
    const seen = `${answer.status} in ${Math.round(answer.ms)} ms`;
    const wrong = await whatIsWrong(order, answer);
    return { ok: wrong.length === 0, detail: [seen, ...wrong].join(', ') };
  },
};

const whatIsWrong = async (order: OrderOf<'http'>, answer: Answer): Promise<readonly string[]> => {
  const { status, body, latency, jsonPath } = order;
  return [
    ...(answer.status === status ? [] : [`${status} expected`]),
    ...(body === undefined || answer.body.includes(body)
      ? []
      : [`${JSON.stringify(body)} is not in its ${size(answer)}`]),
    ...(latency === undefined || answer.ms <= latency ? [] : [`at most ${latency} ms expected`]),
    ...(jsonPath === undefined ? [] : await wrongInJson(jsonPath, order, answer)),
  ];
};

const size = ({ bytes, cut }: Answer): string => (cut ? `first ${bodyAtMost} bytes` : `${bytes} bytes`);

const wrongInJson = async (path: string, order: OrderOf<'http'>, answer: Answer): Promise<readonly string[]> => {
  if (answer.cut) return [`more than ${bodyAtMost} bytes are not read as JSON`];
  try {
    const { valuesAt } = await import('./json-path.ts');
    const values = valuesAt(path, answer.body);
    if (values.length === 0) return [`nothing at ${path}`];
    if (order.equals === undefined || values.some((value) => value === order.equals)) return [];
    return [`${path} is ${shown(values[0])}, ${shown(order.equals)} expected`];
  } catch (error) {
    return [error instanceof SyntaxError ? 'not JSON' : `${path}: ${messageOf(error)}`];
  }
};

const shown = (value: unknown): string => (value === undefined ? 'undefined' : JSON.stringify(value)).slice(0, 100);

import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Limits } from '../../pool/store.ts';
import { judgeNodeUrl, type UrlRules } from '../../pool/url-allowed.ts';
import type { Reach, Reached } from '../doctor/ports/reach.ts';

/** Asks for `/` and takes any answer for an answer: whether it is a good one is the business of checks. */
export const newHttpReach = (rules: UrlRules): Reach => ({
  ask: async (url, limits) => {
    const judgement = judgeNodeUrl(url, rules);
    return judgement.kind === 'refused'
      ? { kind: 'unknown', because: judgement.because }
      : ask(new URL(judgement.origin), limits);
  },
});

const ask = (url: URL, { deadlineMs, signal }: Limits): Promise<Reached> =>
  new Promise((resolve) => {
    const deadline = AbortSignal.timeout(deadlineMs);
    const both = signal === undefined ? deadline : AbortSignal.any([deadline, signal]);
    const send = url.protocol === 'https:' ? requestHttps : requestHttp;
    const asked = send(url, {
      agent: false,
      signal: both,
      headers: { 'user-agent': 'doctor-monkey' },
      // Nothing is sent that could be stolen, and a wrong certificate is an answer, too.
      rejectUnauthorized: false,
    });
    asked.on('response', (answer) => {
      const status = String(answer.statusCode);
      answer.destroy();
      resolve({ kind: 'answers', detail: `HTTP ${status}` });
    });
    asked.on('error', (error) => {
      // Something is there, though it does not speak HTTP.
      if ('code' in error && String(error.code).startsWith('HPE_')) resolve({ kind: 'answers', detail: 'not HTTP' });
      const late = deadline.aborted ? `no answer within ${deadlineMs} ms` : undefined;
      resolve({ kind: 'silent', because: late ?? ('code' in error ? String(error.code) : error.message) });
    });
    asked.end();
  });

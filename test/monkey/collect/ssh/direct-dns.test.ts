import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { directLookup } from '../../../../monkey/collect/ssh/direct-dns.ts';

const never = new AbortController().signal;
let dir: string;
let server: Socket;
let asked: string[];

/** Answers A questions for names of example.org with 10.0.0.7 (RFC 1035, 4.1); of others it says that there is no such name. */
const answerTo = (query: Buffer): Buffer => {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  const name = labels.join('.').toLowerCase();
  const isA = query.readUInt16BE(at + 1) === 1;
  if (isA) asked.push(name);
  const isKnown = name.endsWith('example.org');
  const question = Buffer.from(query.subarray(0, at + 5));
  question.writeUInt16BE(isKnown ? 0x8180 : 0x8183, 2);
  for (const [offset, count] of [
    [4, 1],
    [6, isKnown && isA ? 1 : 0],
    [8, 0],
    [10, 0],
  ] as const)
    question.writeUInt16BE(count, offset);
  const answer = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 0, 0, 7]);
  return isKnown && isA ? Buffer.concat([question, answer]) : question;
};

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'direct-dns-'));
  asked = [];
  server = createSocket('udp4').bind(0, '127.0.0.1');
  server.on('message', (query, { port, address }) => server.send(answerTo(query), port, address));
  await once(server, 'listening');
});
afterEach(async () => {
  await new Promise<void>((resolve) => server.close(() => resolve()));
  await rm(dir, { recursive: true, force: true });
});

const look = async (name: string, { hosts = '', resolv = '', signal = never } = {}) => {
  const [hostsFile, resolvFile] = [join(dir, 'hosts'), join(dir, 'resolv.conf')];
  await writeFile(hostsFile, hosts);
  await writeFile(resolvFile, resolv);
  return directLookup({ hostsFile, resolvFile, servers: [`127.0.0.1:${server.address().port}`] })(name, signal);
};

test('a name that is written in the file of hosts is asked of nobody', async () => {
  const found = await look('Web-1', { hosts: '10.1.1.1 db\n10.1.1.2 x web-1 # web-2\n::5 web-1\n' });
  expect(found).toEqual([
    { address: '10.1.1.2', family: 4 },
    { address: '::5', family: 6 },
  ]);
  expect(asked).toEqual([]);
});

test('a short name is looked for in the domains that are searched, a long one as it is', async () => {
  expect(await look('web-1', { resolv: 'search example.net example.org\n' })).toEqual([
    { address: '10.0.0.7', family: 4 },
  ]);
  expect(asked).toEqual(['web-1.example.net', 'web-1.example.org']);
  await look('web-1.example.org', { resolv: 'search example.net\n' });
  expect(asked.at(-1)).toBe('web-1.example.org');
});

test('rejects where nobody knows the name, and when nobody wants to know any more', async () => {
  await expect(look('web-1.example.net')).rejects.toThrow('web-1.example.net has no address');
  const ended = new AbortController();
  server.removeAllListeners('message');
  server.once('message', () => ended.abort());
  await expect(look('web-1.example.org', { signal: ended.signal })).rejects.toThrow('has no address');
});

/** Redis behind TLS, real, through the configuration file and the command line as an operator uses them. */

import { readFile } from 'node:fs/promises';
import { afterEach, expect } from '@jest/globals';
import { stringify } from 'yaml';
import { openPool } from '../../../monkey/cli/open-pool.ts';
import { loadConfig } from '../../../monkey/config/load.ts';
import { PoolAway, type PoolStore } from '../../../pool/store.ts';
import { makeCertificates, withoutOpenssl } from '../../support/certificates.ts';
import { eventually } from '../../support/eventually.ts';
import { put } from '../../support/nodes.ts';
import { commitTo } from '../../support/pool-writer.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { startRedis } from '../../support/redis.ts';
import { testUnless } from '../../support/unless.ts';

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const clean of cleanUp.splice(0).reverse()) await clean();
});

const testWithTls = testUnless(withoutOpenssl());

const start = async (mutual: boolean) => {
  const certificates = await makeCertificates();
  cleanUp.push(certificates.remove);
  const { ca, cert, key } = certificates;
  const redis = await startRedis({ tls: { ca, cert, key, mutual } });
  cleanUp.push(() => redis.stop());
  return { ...certificates, url: redis.url };
};

/** A pool opened by a configuration file whose `pool.redis` is this. */
const open = async (redis: Readonly<Record<string, unknown>>) => {
  const text = stringify({ pool: { name: 'web', redis } });
  const read = (path: string): Promise<string> => (path === 'f.yaml' ? Promise.resolve(text) : readFile(path, 'utf8'));
  const loaded = await loadConfig({ file: 'f.yaml' }, {}, read);
  if (loaded.kind === 'problems') throw new Error(loaded.text);
  const log = recordingLog();
  const store = openPool(loaded.config.pool, log);
  cleanUp.push(() => store.close());
  return { store, causes: () => log.logged.map(({ fields }) => String(fields?.['cause'])).join('\n') };
};

const works = async (store: PoolStore): Promise<void> => {
  expect((await commitTo(store, [put('a')], { durable: true })).kind).toBe('committed');
  expect(await store.events(0, 1, { deadlineMs: 20_000 })).toHaveLength(1);
};

const away = (store: PoolStore) => expect(store.view({ deadlineMs: 500 })).rejects.toThrow(PoolAway);

testWithTls('is reached where its certificate is of our authority and bears the name that we expect', async () => {
  const { url, ca } = await start(false);
  await works((await open({ url, tls: { ca, serverName: 'redis.test' } })).store);
});

testWithTls('is not trusted without its authority, nor under another name, and the log says why', async () => {
  const { url, ca } = await start(false);
  const stranger = await open({ url });
  await away(stranger.store);
  await eventually('the reason is in the log', () => /CERT|SIGNED/.test(stranger.causes()));
  const misnamed = await open({ url, tls: { ca, serverName: 'another.test' } });
  await away(misnamed.store);
  await eventually('the reason is in the log', () => misnamed.causes().includes('ALTNAME'));
});

testWithTls('that asks for our certificate is reached with one, and not without', async () => {
  const { url, ca, cert, key } = await start(true);
  await works((await open({ url, tls: { ca, cert, key, serverName: 'redis.test' } })).store);
  await away((await open({ url, tls: { ca, serverName: 'redis.test' } })).store);
});

testWithTls('does not answer to a client without TLS', async () => {
  const { url } = await start(false);
  await away((await open({ url: url.replace('rediss:', 'redis:') })).store);
});

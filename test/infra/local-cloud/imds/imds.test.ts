import { CreateTagsCommand } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { LocalCloud } from '../../../../infra/local-cloud/local-cloud.ts';
import { cloudOf, sdkFor } from '../cloud.ts';

let cloud: LocalCloud;
beforeAll(async () => {
  cloud = await cloudOf({ nodes: 2 });
});
afterAll(() => cloud.stop());

const first = () => cloud.instances[0]!;
const ttl = 'x-aws-ec2-metadata-token-ttl-seconds';
const askToken = (headers: Record<string, string>, imds = first().imds) =>
  fetch(`${imds}/latest/api/token`, { method: 'PUT', headers });
const tokenOf = async (imds = first().imds) => (await askToken({ [ttl]: '60' }, imds)).text();
const get = async (path: string, token: string, imds = first().imds) =>
  fetch(`${imds}/latest/${path}`, { headers: { 'x-aws-ec2-metadata-token': token } });
const read = async (path: string) => (await get(path, await tokenOf())).text();

describe('a token', () => {
  test('is needed for everything, and belongs to one instance', async () => {
    const path = 'meta-data/instance-id';
    expect((await fetch(`${first().imds}/latest/${path}`)).status).toBe(401);
    expect((await get(path, 'made-up')).status).toBe(401);
    expect((await get(path, await tokenOf(cloud.instances[1]!.imds))).status).toBe(401);
    const response = await get(path, await tokenOf());
    expect([response.status, await response.text()]).toEqual([200, first().id]);
    expect(Number(response.headers.get(ttl))).toBeGreaterThan(50);
  });

  test.each(['', '0', '-1', '21601', '1.5', 'long'])('is not given for %p seconds', async (seconds) => {
    expect((await askToken(seconds === '' ? {} : { [ttl]: seconds })).status).toBe(400);
  });

  test('is not given through a proxy, nor to a GET', async () => {
    expect((await askToken({ [ttl]: '60', 'x-forwarded-for': '10.0.0.1' })).status).toBe(403);
    expect((await fetch(`${first().imds}/latest/api/token`, { headers: { [ttl]: '60' } })).status).toBe(405);
  });

  test('dies after its time', async () => {
    const token = await (await askToken({ [ttl]: '1' })).text();
    const stillValid = async () => (await get('meta-data/instance-id', token)).status === 200;
    const lastMs = performance.now() + 10_000;
    while (await stillValid()) {
      if (performance.now() > lastMs) throw new Error('it still lives');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect((await get('meta-data/instance-id', token)).status).toBe(401);
  });
});

describe('an instance learns', () => {
  test('who and where it is', async () => {
    expect(await read('meta-data/local-ipv4')).toBe('127.0.0.1');
    expect(await read('meta-data/placement/region')).toBe(cloud.region);
    expect(await read('meta-data/placement/availability-zone')).toBe(`${cloud.region}a`);
    expect(JSON.parse(await read('dynamic/instance-identity/document'))).toMatchObject({
      instanceId: first().id,
      region: cloud.region,
      privateIp: '127.0.0.1',
    });
  });

  test('its tags, also those that came later', async () => {
    expect(await read('meta-data/tags/instance/Name')).toBe('web-1');
    const tags = [{ Key: 'how is it', Value: 'fine' }];
    await sdkFor(cloud).send(new CreateTagsCommand({ Resources: [first().id], Tags: tags }));
    expect(await read('meta-data/tags/instance/how%20is%20it')).toBe('fine');
    expect((await read('meta-data/tags/instance/')).split('\n')).toEqual([
      ...['Name', 'service', 'pool', 'doctor-monkey:pool'],
      'how is it',
    ]);
  });

  test('what there is to learn, folder by folder', async () => {
    expect((await read('meta-data/')).split('\n')).toEqual(
      expect.arrayContaining(['instance-id', 'iam/', 'placement/', 'tags/']),
    );
    expect(await read('meta-data/iam/security-credentials/')).toBe('local-cloud');
  });

  test('nothing that is not there', async () => {
    const token = await tokenOf();
    for (const path of [
      'meta-data/spot/',
      'meta-data/tags/instance/none',
      'user-data',
      'meta-data/constructor',
      'meta-data/%zz',
    ])
      expect((await get(path, token)).status).toBe(404);
  });
});

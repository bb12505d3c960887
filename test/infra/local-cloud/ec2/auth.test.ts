import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Sha256 } from '@aws-crypto/sha256-js';
import { DescribeInstancesCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SignatureV4 } from '@smithy/signature-v4';
import { verify } from '../../../../infra/local-cloud/ec2/sigv4.ts';
import type { LocalCloud } from '../../../../infra/local-cloud/local-cloud.ts';
import { cloudOf, sdkFor } from '../cloud.ts';

let cloud: LocalCloud;
beforeAll(async () => {
  cloud = await cloudOf({ roleDenied: ['TerminateInstances'] });
});
afterAll(() => cloud.stop());

const describing = new DescribeInstancesCommand({});

/** A call signed by hand, so that each part of it can be wrong. */
const signedCall = async (
  {
    signingDate = new Date(),
    region = cloud.region,
    service = 'ec2',
  }: { signingDate?: Date; region?: string; service?: string },
  change: (request: { headers: Record<string, string>; body: string }) => void = () => undefined,
): Promise<{ status: number; text: string }> => {
  const { host, hostname, port } = new URL(cloud.ec2Url);
  const { accessKeyId, secretAccessKey } = cloud;
  const signer = new SignatureV4({ credentials: { accessKeyId, secretAccessKey }, region, service, sha256: Sha256 });
  const body = 'Action=DescribeInstances&Version=2016-11-15';
  const headers = { host, 'content-type': 'application/x-www-form-urlencoded' };
  const signed = await signer.sign(
    { method: 'POST', protocol: 'http:', hostname, port: Number(port), path: '/', query: {}, headers, body },
    { signingDate },
  );
  const request = { headers: { ...signed.headers }, body };
  change(request);
  const response = await fetch(cloud.ec2Url, { method: 'POST', headers: request.headers, body: request.body });
  return { status: response.status, text: await response.text() };
};

describe('a call is refused with AuthFailure', () => {
  test.each([
    ['the secret is wrong', { secretAccessKey: 'wrong' }],
    ['nobody has this key', { accessKeyId: 'AKIAUNKNOWN' }],
  ])('where %s', async (_, wrong) => {
    const { accessKeyId, secretAccessKey } = cloud;
    const client = sdkFor(cloud, { credentials: { accessKeyId, secretAccessKey, ...wrong } });
    await expect(client.send(describing)).rejects.toMatchObject({
      name: 'AuthFailure',
      message: 'AWS was not able to validate the provided access credentials',
      $metadata: { httpStatusCode: 401 },
    });
  });

  test('where it is not signed', async () => {
    const response = await fetch(cloud.ec2Url, { method: 'POST', body: 'Action=DescribeInstances' });
    expect(response.status).toBe(401);
    expect(await response.text()).toContain('<Code>AuthFailure</Code>');
  });

  test('where it was changed on its way', async () => {
    expect((await signedCall({})).status).toBe(200);
    const changed = await signedCall({}, (request) => {
      request.body = request.body.replace('DescribeInstances', 'DescribeTags');
    });
    expect([changed.status, changed.text.includes('<Code>AuthFailure</Code>')]).toEqual([401, true]);
  });

  test('where it is for another region or service', async () => {
    for (const scope of [{ region: 'eu-west-1' }, { service: 's3' }])
      expect((await signedCall(scope)).text).toContain('<Code>AuthFailure</Code>');
  });
});

test('a call signed long ago, or ahead of time, has expired', async () => {
  for (const minutes of [-16, 16]) {
    const { status, text } = await signedCall({ signingDate: new Date(Date.now() + minutes * 60_000) });
    expect([status, text.includes('<Code>RequestExpired</Code>')]).toEqual([400, true]);
  }
  expect((await signedCall({ signingDate: new Date(Date.now() - 14 * 60_000) })).status).toBe(200);
});

test('parameters may be in the URL of a signed GET', async () => {
  const { host, hostname, port } = new URL(cloud.ec2Url);
  const { accessKeyId, secretAccessKey, region } = cloud;
  const signer = new SignatureV4({
    credentials: { accessKeyId, secretAccessKey },
    region,
    service: 'ec2',
    sha256: Sha256,
  });
  const query = { Action: 'DescribeInstances', 'Filter.1.Name': 'tag:Name', 'Filter.1.Value.1': "web-1 (it's *)" };
  const signed = await signer.sign({
    method: 'GET',
    protocol: 'http:',
    hostname,
    port: Number(port),
    path: '/',
    query,
    headers: { host },
  });
  const response = await fetch(`${cloud.ec2Url}/?${new URLSearchParams(query).toString()}`, {
    headers: signed.headers,
  });
  expect(response.status).toBe(200);
});

test('an action that there is not is InvalidAction', async () => {
  const { status, text } = await signedCall({}, () => undefined);
  expect([status, text.includes('DescribeInstancesResponse')]).toEqual([200, true]);
  const signer = new SignatureV4({
    credentials: { accessKeyId: cloud.accessKeyId, secretAccessKey: cloud.secretAccessKey },
    region: cloud.region,
    service: 'ec2',
    sha256: Sha256,
  });
  const { host, hostname, port } = new URL(cloud.ec2Url);
  const body = 'Action=BuyMoon&Version=2016-11-15';
  const signed = await signer.sign({
    method: 'POST',
    protocol: 'http:',
    hostname,
    port: Number(port),
    path: '/',
    query: {},
    headers: { host },
    body,
  });
  const response = await fetch(cloud.ec2Url, { method: 'POST', headers: signed.headers, body });
  expect(response.status).toBe(400);
  expect(await response.text()).toContain('The action BuyMoon is not valid for this web service.');
});

describe('the role of an instance', () => {
  const roleCredentials = async () => {
    const { imds } = cloud.instances[0]!;
    const token = await fetch(`${imds}/latest/api/token`, {
      method: 'PUT',
      headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '60' },
    });
    const headers = { 'x-aws-ec2-metadata-token': await token.text() };
    const base = `${imds}/latest/meta-data/iam/security-credentials/`;
    const role = await (await fetch(base, { headers })).text();
    const { AccessKeyId, SecretAccessKey, Token } = JSON.parse(await (await fetch(base + role, { headers })).text());
    return { accessKeyId: String(AccessKeyId), secretAccessKey: String(SecretAccessKey), sessionToken: String(Token) };
  };

  test('may call, is known by its instance, and may not do what it is denied', async () => {
    const client = sdkFor(cloud, { credentials: await roleCredentials() });
    await client.send(describing);
    expect(cloud.calls().at(-1)).toMatchObject({ by: cloud.instances[0]!.id, outcome: 'ok' });
    const ending = new TerminateInstancesCommand({ InstanceIds: [cloud.instances[0]!.id], DryRun: true });
    await expect(client.send(ending)).rejects.toMatchObject({
      name: 'UnauthorizedOperation',
      $metadata: { httpStatusCode: 403 },
    });
  });

  test('needs its session token', async () => {
    const { accessKeyId, secretAccessKey } = await roleCredentials();
    const client = sdkFor(cloud, { credentials: { accessKeyId, secretAccessKey, sessionToken: 'another' } });
    await expect(client.send(describing)).rejects.toMatchObject({ name: 'AuthFailure' });
  });

  test('is all that a program on the instance needs, beside its environment', async () => {
    const { imds } = cloud.instances[0]!;
    const program = `
      const { EC2Client, DescribeInstancesCommand } = await import('@aws-sdk/client-ec2');
      const found = await new EC2Client({}).send(new DescribeInstancesCommand({}));
      console.log(found.Reservations[0].Instances[0].InstanceId);`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
      env: {
        AWS_REGION: cloud.region,
        AWS_EC2_METADATA_SERVICE_ENDPOINT: imds,
        AWS_ENDPOINT_URL_EC2: cloud.ec2Url,
        HOME: '/nonexistent',
      },
    });
    expect(stdout.trim()).toBe(cloud.instances[0]!.id);
  });
});

test("AWS' own example signature is accepted", () => {
  // "get-vanilla-query-order-key-case" of the Signature Version 4 test suite.
  const verdict = verify(
    {
      method: 'GET',
      url: new URL('http://example.amazonaws.com/?Param2=value2&Param1=value1'),
      headers: {
        host: 'example.amazonaws.com',
        'x-amz-date': '20150830T123600Z',
        authorization:
          'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
      },
      body: Buffer.alloc(0),
    },
    {
      region: 'us-east-1',
      service: 'service',
      nowMs: Date.UTC(2015, 7, 30, 12, 36),
      credentialOf: (accessKeyId) => ({
        accessKeyId,
        secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
        owner: 'example',
        denied: new Set(),
      }),
    },
  );
  expect(verdict.kind).toBe('signed');
});

import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { graphitePath, graphitePlace, parsePlace } from '../../../../monkey/collect/canary/place.ts';
import { readCanary } from '../../../../monkey/collect/canary/read.ts';
import { valuesAt } from '../../../../monkey/probe/json-path.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
});

const serve = async (answer: RequestListener): Promise<string> => {
  const server = createServer(answer).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const read = (base: string, path = graphitePath, signal = new AbortController().signal) => {
  const place = parsePlace(`${base}/render?key=secret`, path);
  if (place.kind === 'refused') throw new Error(place.because);
  return readCanary(place, valuesAt, signal);
};

describe('reading the canary back', () => {
  test('finds the values of Graphite without those that are not there yet', async () => {
    const body = [
      {
        target: 'a',
        datapoints: [
          [159_755, 1],
          [159_815.0, 2],
          [null, 3],
        ],
      },
    ];
    const base = await serve((_, response) => response.end(JSON.stringify(body)));
    expect(await read(base)).toEqual({ kind: 'values', values: [159_755, 159_815], where: `${base}/render` });
  });

  test('finds numbers that are written as texts, at any path', async () => {
    const base = await serve((_, response) => response.end('{"data": {"result": [{"value": [1, "159755"]}]}}'));
    expect(await read(base, '$.data.result[*].value[1]')).toMatchObject({ values: [159_755] });
    expect(await read(base, '$.nothing')).toEqual({
      ...{ kind: 'values', values: [] },
      where: `${base}/render at $.nothing`,
    });
  });

  test.each<[string, RequestListener, string]>([
    ['another status', (_, response) => response.writeHead(302, { location: '/' }).end(), 'it answered 302, not 200'],
    ['no JSON', (_, response) => response.end('<html>'), 'its answer is no JSON'],
    ['no numbers', (_, response) => response.end('[{"datapoints": [["x", 1]]}]'), 'are no numbers'],
    ['too much', (_, response) => response.end('1'.repeat(1_100_000)), 'more than 1048576 bytes'],
    [
      'an end in the middle',
      (_, response) => response.writeHead(200, { 'content-length': '9' }).write('[', () => response.destroy()),
      'aborted',
    ],
  ])('is a failure with %s', async (_, answer, because) => {
    const reading = await read(await serve(answer));
    expect(reading).toMatchObject({ kind: 'failed', because: expect.stringContaining(because) });
    expect(JSON.stringify(reading)).not.toContain('secret');
  });

  test('is a failure where nobody answers, and ends with the signal', async () => {
    const gone = await serve(() => undefined);
    const stop = new AbortController();
    const reading = read(gone, graphitePath, stop.signal);
    stop.abort();
    expect(await reading).toMatchObject({ kind: 'failed', because: expect.stringContaining('stopped') });
    const server = servers.pop();
    server?.closeAllConnections();
    server?.close();
    expect(await read(gone)).toMatchObject({ kind: 'failed', because: expect.stringContaining('ECONNREFUSED') });
  });
});

describe('where the canary is read', () => {
  test('is Graphite’s render API, past its cache, as far back as may matter', () => {
    expect(graphitePlace('http://g/graphite/', 'memory_usage_canary.a', 150_000)).toMatchObject({
      url: new URL(
        'http://g/graphite/render?target=stats.gauges.memory_usage_canary.a&from=-210s&format=json&noCache=true',
      ),
      path: graphitePath,
    });
  });

  test.each([
    ['graphite', '$.a', 'http:// or https://'],
    ['ftp://a', '$.a', 'http:// or https://'],
    ['http://a', 'a.b', 'no JSONPath'],
  ])('is refused as %s with %s', (url, path, because) => {
    expect(parsePlace(url, path)).toMatchObject({ kind: 'refused', because: expect.stringContaining(because) });
  });
});

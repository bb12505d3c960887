import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type InventoryOptions, openInventory } from '../../../../monkey/services/inventory/inventory.ts';
import { systemClock } from '../../../../pool/clock.ts';
import { closedPort } from '../../../support/canned-server.ts';
import { breakOff, endless, hang, provider, serialProvider, server } from '../../../support/provider.ts';
import { testUnless } from '../../../support/unless.ts';

const ending: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0)) await end();
});

const ended = <T extends { readonly stop: () => Promise<void> }>(started: T): T => {
  ending.push(started.stop);
  return started;
};

const open = (url: string, rest: Partial<InventoryOptions> = {}) => {
  const inventory = openInventory(new URL(url), {
    ...{ requestMs: 5_000, wholeMs: 20_000, most: 64, clock: systemClock, random: () => 0 },
    ...{ signal: new AbortController().signal, ...rest },
  });
  ending.push(inventory.close);
  return inventory;
};

describe('reading an inventory', () => {
  test('reads every server that it lists, in its order, over few connections', async () => {
    const { url, asked } = ended(await provider({ a: server('74%', '32%'), b: server(12, 8, 'AuthService') }));
    const seen: string[] = [];
    const readings = await open(url).read({ onProgress: (done, total) => seen.push(`${done}/${total}`) });
    expect(readings).toEqual([
      { kind: 'measured', address: 'a', service: 'UserService', cpuShare: 0.74, memoryShare: 0.32 },
      { kind: 'measured', address: 'b', service: 'AuthService', cpuShare: 0.12, memoryShare: 0.08 },
    ]);
    expect([asked()[0], seen]).toEqual(['/servers', ['0/2', '1/2', '2/2']]);
  });

  test('tells of each server that can not be read why, and drops none', async () => {
    const scripts = {
      good: server('1%', '2%'),
      garbage: '<html>',
      half: server('abc%', '2%'),
      unknown: 400,
      broken: 503,
      hangs: hang,
      cut: breakOff,
      endless,
    };
    const { url, asked } = ended(await provider(scripts));
    const readings = await open(url, { requestMs: 1_000 }).read();
    expect(
      Object.fromEntries(readings.map((reading) => [reading.address, 'because' in reading ? reading.because : ''])),
    ).toEqual({
      good: '',
      garbage: 'answered what is no JSON (3 tries)',
      half: 'cpu "abc%" is no percentage',
      unknown: 'answered 400: it does not know this',
      broken: 'answered 503 (3 tries)',
      hangs: 'did not answer within 1s (3 tries)',
      cut: 'closed the connection without a whole answer (3 tries)',
      endless: 'answered more than 64 KiB',
    });
    expect(asked().filter((path) => path === '/unknown')).toHaveLength(1);
  });

  test('asks again what failed in passing', async () => {
    let tries = 0;
    const { url } = ended(
      await provider({
        a: (response) => {
          tries += 1;
          if (tries < 3) breakOff(response);
          else response.end(JSON.stringify(server('1%', '2%')));
        },
      }),
    );
    expect(await open(url).read()).toMatchObject([{ kind: 'measured', cpuShare: 0.01 }]);
  });

  test('ends at its deadline, with what it has', async () => {
    const { url } = ended(await provider({ good: server('1%', '2%'), hangs: hang }));
    const readings = await open(url, { wholeMs: 4_000 }).read();
    expect(readings).toMatchObject([{ kind: 'measured' }, { because: 'was not read within 4s in all' }]);
  });

  test('leaves out whom it need not ask', async () => {
    const { url, asked } = ended(await provider({ a: server(1, 1), b: server(2, 2) }));
    expect(await open(url).read({ skip: new Set(['a']) })).toMatchObject([{ address: 'b' }]);
    expect(asked()).toEqual(['/servers', '/b']);
  });

  test('follows no redirect', async () => {
    const elsewhere = ended(await provider({ a: server(1, 1) }));
    const { url } = ended(
      await provider({ servers: (response) => response.writeHead(302, { location: elsewhere.url }).end() }),
    );
    await expect(open(url).read()).rejects.toThrow(/answered 302$/);
    expect(elsewhere.asked()).toEqual([]);
  });

  test.each([
    ['a list that is none', { servers: 'no list' }, 5_000, /answered what is no JSON \(3 tries\)$/],
    ['a list that hangs', { servers: hang }, 200, /did not answer within 200ms \(3 tries\)$/],
    ['a list that is not there', { servers: 404 }, 5_000, /answered 404: it does not know this$/],
  ])('rejects with a sentence: %s', async (_what, scripts, requestMs, said) => {
    const { url } = ended(await provider(scripts));
    await expect(open(url, { requestMs }).read()).rejects.toThrow(said);
  });

  test('rejects with a sentence where nobody listens', async () => {
    const url = `http://127.0.0.1:${await closedPort()}`;
    await expect(open(url).read()).rejects.toThrow(`the inventory at ${url}/ refuses the connection (3 tries)`);
  });

  test('ends at once when it is stopped', async () => {
    const stop = new AbortController();
    const { url } = ended(
      await provider({
        good: server('1%', '2%'),
        hangs: () => stop.abort(),
      }),
    );
    const readings = await open(url, { signal: stop.signal }).read();
    expect(readings).toMatchObject([{ address: 'good' }, { kind: 'unknown', because: 'was not read: stopped' }]);
  });
});

const noPython = spawnSync('python3', ['--version']).status === 0 ? undefined : 'python3 is missing';

describe('a provider of HTTP/1.0 that answers one after the other', () => {
  const addresses = Array.from({ length: 120 }, (_, index) => `10.0.0.${index}`);

  test('is read whole, by few connections at once', async () => {
    const { url, mostOpen } = ended(await serialProvider(addresses, 10));
    const readings = await open(url).read();
    expect(readings.every(({ kind }) => kind === 'measured')).toBe(true);
    expect(readings).toHaveLength(120);
    // Where a machine is busy, times vary, and it may have tried more; without regard to them it would be all 64.
    expect(mostOpen()).toBeLessThan(48);
  });

  testUnless(noPython)("is Python's http.server as well", async () => {
    const python = spawn('python3', ['-c', pythonProvider], { stdio: ['ignore', 'pipe', 'ignore'] });
    ending.push(async () => {
      python.kill('SIGKILL');
      await once(python, 'close');
    });
    const port = await new Promise<string>((resolve, reject) => {
      python.on('error', reject).stdout.once('data', (data: Buffer) => resolve(data.toString().trim()));
    });
    const readings = await open(`http://127.0.0.1:${port}`).read();
    expect(readings.filter(({ kind }) => kind === 'measured')).toHaveLength(100);
    expect(readings.at(-1)).toMatchObject({ because: 'answered 400: it does not know this' });
  });
});

const pythonProvider = `
import json
from http.server import BaseHTTPRequestHandler, HTTPServer
known = ['10.0.1.%d' % n for n in range(100)]
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        name = self.path[1:]
        body = known + ['10.0.9.9'] if name == 'servers' else {'cpu': '74%', 'memory': '32%', 'service': 'UserService'}
        self.send_response(200 if name == 'servers' or name in known else 400)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())
    def log_message(self, *args): pass
server = HTTPServer(('127.0.0.1', 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
`;

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readList, readServer } from '../../../../monkey/services/inventory/answers.ts';
import { inventoryUrlOf, urlBelow } from '../../../../monkey/services/inventory/inventory-url.ts';

const reading = (answer: unknown) => {
  const read = readServer('a', JSON.stringify(answer));
  return read.kind === 'read' ? read.value : read;
};
const server = (cpu: unknown, memory: unknown = '32%', service: unknown = 'S') => reading({ cpu, memory, service });

describe('what a server answers', () => {
  test.each([
    ['74%', 0.74],
    [74, 0.74],
    ['74', 0.74],
    [' 74.5 % ', 0.745],
    [0, 0],
    ['640%', 6.4],
  ])('%j is a percentage', (cpu, cpuShare) => {
    expect(server(cpu)).toEqual({ kind: 'measured', address: 'a', service: 'S', cpuShare, memoryShare: 0.32 });
  });

  test.each([
    ['abc%'],
    ['-1%'],
    [-1],
    ['1e3%'],
    [''],
    ['%'],
    [null],
    [[74]],
    ['9999999%'],
    [Number.POSITIVE_INFINITY],
    [true],
  ])('%j is none, and the rest is told', (cpu) => {
    expect(server(cpu)).toMatchObject({ kind: 'unknown', service: 'S', cpuShare: undefined, memoryShare: 0.32 });
  });

  test('says all that is wrong with it', () => {
    expect(reading({ cpu: 'abc%', service: ' ' })).toMatchObject({
      because: 'service " " is no name, cpu "abc%" is no percentage, memory (missing) is no percentage',
    });
  });

  test('may be anything, and is told in few words', () => {
    expect(readServer('a', '[]')).toMatchObject({ kind: 'failed', because: 'answered no JSON object' });
    expect(readServer('a', '{"cpu":"7')).toMatchObject({ kind: 'failed', passing: true });
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const read = readServer('a', JSON.stringify(value));
        expect(JSON.stringify(read).length).toBeLessThan(700);
      }),
    );
  });
});

describe('a list of servers', () => {
  const list = (value: unknown) => {
    const read = readList(JSON.stringify(value));
    return read.kind === 'read' ? read.value : read;
  };

  test('names each once, and keeps what is no address as a server that nobody can read', () => {
    expect(list(['a', 'b', 'a', 7, '7', null, '', '..', 'x'.repeat(300), '\ud800'])).toMatchObject([
      { address: 'a' },
      { address: 'b' },
      {
        kind: 'nonsense',
        reading: { kind: 'unknown', address: '7', because: 'listed, and no text that could be an address' },
      },
      { kind: 'address', address: '7' },
      { reading: { address: 'null' } },
      { reading: { because: 'listed, and empty' } },
      { reading: { because: 'listed, and no address' } },
      { reading: { because: 'listed, and too long for an address' } },
      { reading: { because: 'listed, and no address' } },
    ]);
  });

  test('that is none, or has no end, is refused', () => {
    expect(list({ servers: [] })).toMatchObject({ because: 'answered no JSON array', passing: false });
    expect(list(Array.from({ length: 50_001 }, String))).toMatchObject({ because: 'lists more than 50000 servers' });
  });
});

describe('where an inventory is', () => {
  test.each([
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080/10.0.0.1'],
    ['localhost:8080/', 'http://localhost:8080/10.0.0.1'],
    ['https://x.test/api/v1/', 'https://x.test/api/v1/10.0.0.1'],
  ])('%s', (text, below) => {
    const judged = inventoryUrlOf(text);
    expect(judged.kind === 'url' && urlBelow(judged.url, '10.0.0.1').href).toBe(below);
  });

  test.each([
    ['ftp://x', 'is neither http nor https'],
    ['http://ann:secret@x', 'carries a user or a password, and everybody on this machine reads command lines'],
    ['http://x/?a=1', 'has a query or a fragment: /servers is put behind it'],
    ['http://x:0', 'names port 0, which is nowhere'],
    ['http://', 'is no URL; write it like http://127.0.0.1:8080'],
  ])('%s is refused', (text, because) => {
    expect(inventoryUrlOf(text)).toEqual({ kind: 'refused', because });
  });

  test('an address stays one segment of the path, whatever it looks like', () => {
    const base = new URL('http://x/api');
    expect(urlBelow(base, '../../etc?x#y').href).toBe('http://x/api/..%2F..%2Fetc%3Fx%23y');
    expect(urlBelow(base, 'fd00::1').href).toBe('http://x/api/fd00::1');
  });
});

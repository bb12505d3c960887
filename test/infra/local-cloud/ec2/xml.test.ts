import { expect, test } from '@jest/globals';
import { items, toXml } from '../../../../infra/local-cloud/ec2/xml.ts';

const inside = (content: Parameters<typeof toXml>[2]): string => toXml('r', undefined, content).split('\n')[1] ?? '';

test('a list repeats its element, and an empty one has none', () => {
  expect(inside({ tagSet: items([{ key: 'a' }, { key: 'b' }]) })).toBe(
    '<r><tagSet><item><key>a</key></item><item><key>b</key></item></tagSet></r>',
  );
  expect(inside({ tagSet: items([]) })).toBe('<r><tagSet></tagSet></r>');
});

test('what is undefined is left out, what is empty or false is not', () => {
  expect(inside({ a: undefined, b: '', c: false, d: 0 })).toBe('<r><b></b><c>false</c><d>0</d></r>');
});

test('markup is escaped, and what XML cannot say is left out', () => {
  expect(inside({ a: `<b>&"'\u0000\u001b\t\ufffe` })).toBe('<r><a>&lt;b&gt;&amp;&quot;&apos;\t</a></r>');
});

test('the root has its namespace', () => {
  expect(toXml('R', 'http://example/', { a: 1 })).toBe(
    '<?xml version="1.0" encoding="UTF-8"?>\n<R xmlns="http://example/"><a>1</a></R>',
  );
});

import { expect, test } from '@jest/globals';
import { staticUrls } from '../../../monkey/cli/static-urls.ts';

test('takes URLs of loopback and names, with blanks around the commas', () => {
  expect(staticUrls('http://127.0.0.1:1, http://[::1]:2 ,http://app.internal')).toEqual({
    kind: 'urls',
    urls: ['http://127.0.0.1:1', 'http://[::1]:2', 'http://app.internal'],
    repeated: [],
  });
});

test('takes a node that is named twice once, and says so, however it is spelled', () => {
  const typed = 'http://127.0.0.1:1,http://127.0.0.1:1/,http://a:80,http://127.0.0.1:1,HTTP://A';
  expect(staticUrls(typed)).toEqual({
    kind: 'urls',
    urls: ['http://127.0.0.1:1', 'http://a'],
    repeated: ['http://127.0.0.1:1/', 'http://127.0.0.1:1', 'HTTP://A'],
  });
});

test.each([
  ['', 'an empty URL; write them like http://127.0.0.1:3000,http://127.0.0.1:3001'],
  [
    'http://127.0.0.1:1,,http://127.0.0.1:2',
    'an empty URL; write them like http://127.0.0.1:3000,http://127.0.0.1:3001',
  ],
  ['127.0.0.1:80', '127.0.0.1:80: not a URL (begin it with http://)'],
  ['localhost:80', 'localhost:80: localhost: is not http or https (begin it with http://)'],
  ['ftp://127.0.0.1', 'ftp://127.0.0.1: ftp: is not http or https'],
  ['http://2852039166', 'http://2852039166: 169.254.169.254 is link-local, where metadata services live'],
])('refuses %j', (list, because) => {
  expect(staticUrls(list)).toEqual({ kind: 'refused', because });
});

test('tells all that is wrong at once', () => {
  expect(staticUrls('meow,http://127.0.0.1:1,http://127.0.0.1/path')).toEqual({
    kind: 'refused',
    because: 'meow: not a URL (begin it with http://); http://127.0.0.1/path: has more than an origin',
  });
});

test('refuses more than a thousand', () => {
  const many = Array.from({ length: 1_001 }, (_, index) => `http://10.0.0.1:${index + 1}`);
  expect(staticUrls(many.join(','))).toEqual({ kind: 'refused', because: '1001 URLs are more than 1000' });
});

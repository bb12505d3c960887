import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isBelow, routesBy } from '../../proxy/route-of.ts';

const routeOf = routesBy(
  [
    { path: '/static', to: 'assets' },
    { path: '/static/admin', to: 'admin assets' },
    { host: '*.example.com', to: 'tenants' },
    { host: '*.eu.example.com', to: 'european tenants' },
    { host: 'shop.example.com', to: 'shop' },
    { host: 'shop.example.com', path: '/api', to: 'shop api' },
    { host: 'api.example.com', path: '/v2', to: 'api v2' },
    { host: '[::1]', to: 'this machine' },
  ],
  'web',
);

test.each([
  ['shop.example.com', '/', 'shop'],
  ['shop.example.com', '/api', 'shop api'],
  ['shop.example.com', '/api/7?x=1', 'shop api'],
  ['shop.example.com', '/api?/static', 'shop api'],
  ['shop.example.com', '/apis', 'shop'],
  ['SHOP.Example.com.:8080', '/api/', 'shop api'],
  ['a.example.com', '/static', 'tenants'],
  ['a.b.example.com', '/', 'tenants'],
  ['a.eu.example.com', '/', 'european tenants'],
  ['example.com', '/', 'web'],
  ['badexample.com', '/', 'web'],
  ['api.example.com', '/v2/x', 'api v2'],
  ['api.example.com', '/v1', 'tenants'],
  ['other.org', '/static/x.css', 'assets'],
  ['other.org', '/static/admin/x.css', 'admin assets'],
  ['other.org', '/', 'web'],
  ['[::1]:80', '/', 'this machine'],
  ['', '/static', 'assets'],
  ['*.example.com', '/', 'tenants'],
  ['shop.example.com', '*', 'shop'],
])('%s %s goes to %s', (host, target, to) => {
  expect(routeOf(host, target)).toBe(to);
});

test('the order of the routes makes no difference', () => {
  const word = fc.constantFrom('a', 'b', 'c');
  const path = fc.option(
    fc.array(word, { maxLength: 3 }).map((parts) => `/${parts.join('/')}`),
    { nil: undefined },
  );
  const host = fc.option(
    fc.tuple(fc.constantFrom('*', 'a', 'b'), word).map((parts) => parts.join('.')),
    { nil: undefined },
  );
  const route = fc.record({ host, path });
  const routes = fc.uniqueArray(route, { selector: (one) => `${one.host} ${one.path}`, maxLength: 12 });
  fc.assert(
    fc.property(routes, fc.tuple(word, word), path, (all, names, asked = '/') => {
      const given = all.map((one) => ({ ...one, to: one }));
      const first = routesBy<unknown>(given, 'otherwise')(names.join('.'), asked);
      expect(routesBy<unknown>(given.reverse(), 'otherwise')(names.join('.'), asked)).toBe(first);
    }),
  );
});

test('a path holds for itself and what is below it, by whole segments', () => {
  expect(['/a', '/a/', '/a/b', '/ab', '/', ''].map((path) => isBelow(path, '/a'))).toEqual([
    ...[true, true, true, false, false, false],
  ]);
  expect(['/', '/a', '*'].map((path) => isBelow(path, '/'))).toEqual([true, true, false]);
});

import { expect, test } from '@jest/globals';
import { inspectorPlaceOf, isLoopback } from '../../../../monkey/flame/capture/inspector-place.ts';

test.each([
  [['app.js'], undefined, '127.0.0.1', 9229],
  [['--inspect-port=9333', 'app.js'], undefined, '127.0.0.1', 9333],
  [['--inspect-port', '9333', 'app.js'], undefined, '127.0.0.1', 9333],
  [['--inspect', '9333', 'app.js'], undefined, '127.0.0.1', 9229],
  [['--inspect=127.0.0.2:9001', 'app.js'], undefined, '127.0.0.2', 9001],
  [['--inspect-port=0', 'app.js'], undefined, '127.0.0.1', 0],
  [['--inspect-port=0.0.0.0', 'app.js'], undefined, '0.0.0.0', 9229],
  [['--inspect-port=[::1]:9001', 'app.js'], undefined, '::1', 9001],
  [['--inspect=0.0.0.0:9001', '--inspect-port=9002', 'app.js'], undefined, '0.0.0.0', 9002],
  [['-r', 'dotenv/config', '--inspect-port=9231', 'app.js'], undefined, '127.0.0.1', 9231],
  [['--import', './hook.mjs', '--debug-port', '9231', 'app.js'], undefined, '127.0.0.1', 9231],
  [['app.js', '--inspect-port=1'], undefined, '127.0.0.1', 9229],
  [['-r', './x.cjs', 'app.js', '--inspect-port', '1'], undefined, '127.0.0.1', 9229],
  [['app.js'], '--max-old-space-size=100 --inspect-port=9444', '127.0.0.1', 9444],
  [['app.js'], '-r dotenv/config --inspect-port 9444', '127.0.0.1', 9444],
  [['--inspect-port=9333', 'app.js'], '--inspect-port=9444', '127.0.0.1', 9333],
])('an inspector is where %j with NODE_OPTIONS %j says', (words, nodeOptions, host, port) => {
  expect(inspectorPlaceOf({ argv: ['node', ...words], nodeOptions })).toEqual({ host, port });
});

test.each([
  ['127.0.0.1', true],
  ['127.8.8.8', true],
  ['::1', true],
  ['localhost', true],
  ['0.0.0.0', false],
  ['::', false],
  ['10.0.0.5', false],
  ['127.0.0.1.example.org', false],
])('whether %s is this machine alone: %s', (host, is) => {
  expect(isLoopback(host)).toBe(is);
});

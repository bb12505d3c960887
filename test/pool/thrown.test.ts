import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { codeOf, messageOf } from '../../pool/thrown.ts';

test.each([
  [new Error('no'), 'no', undefined],
  [Object.assign(new Error('no file'), { code: 'ENOENT' }), 'no file', 'ENOENT'],
  [runInNewContext("Object.assign(new Error('elsewhere'), { code: 'E' })"), 'elsewhere', 'E'],
  ['text', 'text', undefined],
  [undefined, 'undefined', undefined],
  [null, 'null', undefined],
  [Object.assign(new Error(''), { code: 7 }), 'Error', undefined],
])('has words for %p', (thrown, message, code) => {
  expect([messageOf(thrown), codeOf(thrown)]).toEqual([message, code]);
});

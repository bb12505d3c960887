import { expect, test } from '@jest/globals';
import { foldedLines } from '../../../monkey/flame/perf/sorted-lines.ts';
import { StackTree } from '../../../monkey/flame/stack-tree.ts';
import { stripNode, strippedName } from '../../../monkey/flame/strip-node.ts';

test.each([
  ['JS:*stepF /srv/meow.js:5:15', 'stepF /srv/meow.js:5:15'],
  ['JS:~main /a.js:1:1', 'main /a.js:1:1'],
  ['JS:* /srv/meow.js:13:19', '(anonymous) /srv/meow.js:13:19'],
  ['LazyCompile:*f /a.js:1', 'f /a.js:1'],
  ['uv_run', 'uv_run'],
  ['Builtins_JSEntryTrampoline', undefined],
  ['v8::internal::Execution::Call', undefined],
  ['v8::Function::Call', 'v8::Function::Call'],
  ['LoadIC:x', undefined],
  ['[unknown]', undefined],
  ['__libc_start_call_main', undefined],
])('%s', (name, bare) => {
  expect(strippedName(name)).toBe(bare);
});

test('what was in a frame that is left out counts for its caller', () => {
  const tree = new StackTree();
  tree.addStack(['node', 'Builtins_JSEntry', 'JS:*f /a.js:1:1', 'Builtins_LoadIC'], 3, 1);
  tree.addStack(['node', 'JS:~f /a.js:1:1'], 2, 1);
  expect([...foldedLines(stripNode(tree))].join('')).toBe('node;f /a.js:1:1 5\n');
});

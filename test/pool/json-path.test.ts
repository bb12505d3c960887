import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { valuesAt } from '../../monkey/probe/json-path.ts';
import { jsonPathProblem } from '../../pool/json-path.ts';

test.each([
  '$',
  '$.a',
  '$.says',
  '$[*].datapoints[*][0]',
  '$.data.result[*].value[1]',
  '$..value',
  '$..*',
  '$..[0]',
  '$[\'a.b\']["c]"]',
  "$['it\\'s']",
  '$[-1]',
  '$[0,2]',
  '$[ 0 , "x" ]',
  '$[1:3]',
  '$[a-b]',
  '$.with blank.große-Übung',
])('%s can be read', (path) => {
  expect(jsonPathProblem(path)).toBeUndefined();
});

test.each([
  ['', 'it does not begin with $'],
  ['a.b', 'it does not begin with $'],
  ['$x', 'at character 2 . or [ is expected, not x'],
  ['$.a]', 'at character 4 . or [ is expected, not ]'],
  ['$.', 'it ends with a dot'],
  ['$.a..', 'it ends with a dot'],
  ['$...a', 'at character 2 there are more than two dots'],
  ['$.[0]', 'at character 3 a name is expected, not ['],
  ['$.data[', 'the [ at character 7 is not closed'],
  ['$.data[0', 'the [ at character 7 is not closed'],
  ['$.data[0.x', 'the [ at character 7 is not closed'],
  ['$[]', 'the [ at character 2 holds no name, number or *'],
  ['$[0,]', 'the [ at character 2 holds no name, number or *'],
  ['$["a]', 'the " at character 3 is not closed'],
  ["$['a'", 'the [ at character 2 is not closed'],
  ['$[?(@.a)]', 'the filter at character 2 is not run: name what is wanted by its place'],
  ['$.a[(@.length-1)]', 'the script at character 4 is not run: name what is wanted by its place'],
])('of %j it is said what is wrong and where', (path, problem) => {
  expect(jsonPathProblem(path)).toBe(problem);
});

test('what can be read can be followed', () => {
  const answer = JSON.stringify([{ a: { 0: [1, { a: null }] } }]);
  const text = fc.string({ unit: fc.constantFrom(...Array.from('$.[]\'"\\*?(),:-^~`@0a ')), maxLength: 12 });
  fc.assert(
    fc.property(text, (rest) => {
      fc.pre(jsonPathProblem(`$${rest}`) === undefined);
      expect(() => valuesAt(`$${rest}`, answer)).not.toThrow();
    }),
    { numRuns: 2_000 },
  );
});

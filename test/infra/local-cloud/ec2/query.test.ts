import { expect, test } from '@jest/globals';
import { filtered } from '../../../../infra/local-cloud/ec2/filter.ts';
import { listOf, nestedOf, parseQuery } from '../../../../infra/local-cloud/ec2/query.ts';

const query = (body: string) => parseQuery(body, new URL('http://ec2/'));

test('a list is in the order of its numbers, not of its text', () => {
  const ten = Array.from({ length: 10 }, (_, each) => `InstanceId.${10 - each}=i${10 - each}`).join('&');
  expect(listOf(query(ten), 'InstanceId')).toEqual(['i1', 'i2', 'i3', 'i4', 'i5', 'i6', 'i7', 'i8', 'i9', 'i10']);
});

test('a structure keeps its own lists', () => {
  const [filter] = nestedOf(
    query('Filter.1.Name=tag%3AName&Filter.1.Value.1=a&Filter.1.Value.2=b&FilterX.1.Name=c'),
    'Filter',
  );
  expect(filter?.get('Name')).toBe('tag:Name');
  expect(listOf(filter!, 'Value')).toEqual(['a', 'b']);
});

test('what has no number is no part of a list', () => {
  expect(listOf(query('InstanceId=a&InstanceId.=b&InstanceId.x=c&InstanceId.1.2=d'), 'InstanceId')).toEqual([]);
});

test.each([
  ['a.c', ['a.c']],
  ['a?c', ['a.c', 'abc']],
  ['a*', ['a.c', 'abc', 'a']],
  ['*', ['a.c', 'abc', 'a', '(x)', '']],
  ['(x)', ['(x)']],
  ['A', []],
])('the filter value %p means the whole text, * and ? anything', (value, expected) => {
  const asked = query(new URLSearchParams({ 'Filter.1.Name': 'text', 'Filter.1.Value.1': value }).toString());
  const result = filtered(['a.c', 'abc', 'a', '(x)', ''], asked, (name) =>
    name === 'text' ? (text) => [text] : undefined,
  );
  expect(result).toEqual({ kind: 'filtered', items: expected });
});

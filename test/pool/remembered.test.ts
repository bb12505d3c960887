import { expect, test } from '@jest/globals';
import { remembered, rememberedFromPassToPass } from '../../pool/remembered.ts';

const counting = (most: number) => {
  const asked: string[] = [];
  const read = remembered((name, text) => {
    asked.push(`${name}=${text}`);
    return { name, inner: { text } };
  }, most);
  return { asked, read };
};

test('reads a text once for as long as its name has it', () => {
  const { asked, read } = counting(10);
  expect(read('a', '1')).toBe(read('a', '1'));
  expect(read('a', '2')).toEqual({ name: 'a', inner: { text: '2' } });
  expect(read('a', '1')).toEqual({ name: 'a', inner: { text: '1' } });
  expect(asked).toEqual(['a=1', 'a=2', 'a=1']);
});

test('never gives one name what was read for another', () => {
  const { read } = counting(10);
  expect([read('a', '1').name, read('b', '1').name]).toEqual(['a', 'b']);
});

test('hands out what nobody can change, however deep', () => {
  const { read } = counting(10);
  const value = read('a', '1');
  expect(() => Object.assign(value.inner, { text: 'mine' })).toThrow(TypeError);
  expect(read('a', '1').inner.text).toBe('1');
});

test('forgets rather than grow without end', () => {
  const { asked, read } = counting(2);
  for (const name of ['a', 'b', 'c', 'c', 'a']) read(name, '1');
  expect(asked).toEqual(['a=1', 'b=1', 'c=1', 'a=1']);
});

test('from pass to pass, reads what stayed the same once, and remembers nothing that the last pass had not', () => {
  const asked: string[] = [];
  const begin = rememberedFromPassToPass((name, text) => {
    asked.push(`${name}=${text}`);
    return { inner: { text } };
  });
  const first = begin();
  const [a] = [first('a', '1'), first('b', '1')];
  const second = begin();
  expect(second('a', '1')).toBe(a);
  expect(() => Object.assign(a.inner, { text: 'mine' })).toThrow(TypeError);
  const third = begin();
  third('a', '2');
  third('b', '1');
  expect(asked).toEqual(['a=1', 'b=1', 'a=2', 'b=1']);
});

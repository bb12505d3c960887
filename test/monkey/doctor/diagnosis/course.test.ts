import { expect, test } from '@jest/globals';
import { afterRound, type Course, findingOf, newCourse } from '../../../../monkey/doctor/diagnosis/course.ts';
import type { RoundVerdict } from '../../../../monkey/doctor/diagnosis/definition.ts';

const threeOfFive = { sick: 3, of: 5 };
const letters: Readonly<Record<string, RoundVerdict['kind']>> = { h: 'hot', w: 'warm', c: 'calm', u: 'unknown' };

/** The course after rounds written as letters: h hot, w warm, c calm, u unknown. */
const after = (rounds: string, start: Course = newCourse): Course =>
  rounds
    .split('')
    .reduce(
      (course, letter) => afterRound(course, { kind: letters[letter] ?? 'unknown', because: letter }, threeOfFive),
      start,
    );
const finding = (rounds: string) => findingOf(after(rounds), threeOfFive).kind;

test.each([
  ['', 'unknown'],
  ['c', 'well'],
  ['hh', 'well'],
  ['hhh', 'sick'],
  ['hwhwh', 'sick'],
  ['hcchh', 'sick'],
  ['hccchh', 'well'],
])('rounds of %p make it %s', (rounds, kind) => {
  expect(finding(rounds)).toBe(kind);
});

test('a sick node stays sick while it is warm', () => {
  expect(finding('hhhwwwwwww')).toBe('sick');
});

test('a calm round ends sickness and starts all counts again', () => {
  expect(finding('hhhc')).toBe('well');
  expect(finding('hhhchh')).toBe('well');
  expect(finding('hhhchhh')).toBe('sick');
});

test('an unknown round makes the finding unknown and is never hot', () => {
  expect(finding('hhu')).toBe('unknown');
  expect(finding('hhuh')).toBe('sick');
  expect(finding('uuuuu')).toBe('unknown');
});

test('sickness outlasts a round that could not be judged', () => {
  expect(finding('hhhu')).toBe('unknown');
  expect(finding('hhhuw')).toBe('sick');
});

test('it remembers no more rounds than the policy looks at', () => {
  expect(after('c'.repeat(1_000)).rounds).toHaveLength(5);
});

test('it says what was seen, and what sick would be', () => {
  expect(findingOf(after('ccchh'), threeOfFive)).toMatchObject({
    because: 'h; 2 of the last 5 rounds hot, sick at 3 of 5',
  });
});

test('a policy that looks at fewer rounds forgets the others', () => {
  const course = afterRound(after('hh'), { kind: 'warm', because: 'w' }, { sick: 1, of: 1 });
  expect(findingOf(course, { sick: 1, of: 1 }).kind).toBe('well');
});

import { describe, expect, test } from '@jest/globals';
import { newNewsroom } from '../../../monkey/collect/host-news.ts';
import { answered, failed, target } from '../../support/collect.ts';

describe('news of a host', () => {
  test('that answers is none', () => {
    expect(newNewsroom().take(answered('a'))).toBeUndefined();
  });

  test('that fails is told once for each cause, and that it is back', () => {
    const { take } = newNewsroom();
    const answers = ['refused', 'refused', 'silent', 'refused'].map((because) => take(failed('a', because)));
    expect(answers.map((news) => news?.kind)).toEqual(['failed', undefined, 'failed', undefined]);
    expect(take(answered('a'))).toEqual({ kind: 'back', target: target('a'), failedRounds: 4 });
    expect(take(answered('a'))).toBeUndefined();
    expect(take(failed('a', 'refused'))?.kind).toBe('failed');
  });

  test('is told of each host for itself', () => {
    const { take } = newNewsroom();
    expect(['a', 'b'].map((host) => take(failed(host, 'refused'))?.kind)).toEqual(['failed', 'failed']);
  });

  test('ends where a host has ever new causes', () => {
    const { take } = newNewsroom();
    const told = Array.from({ length: 100 }, (_, index) => take(failed('a', `cause ${index}`)));
    expect(told.filter((news) => news !== undefined)).toHaveLength(8);
  });

  test('is forgotten with a host that is asked no more', () => {
    const { take, keep } = newNewsroom();
    take(failed('a', 'refused'));
    keep([target('b')]);
    expect(take(answered('a'))).toBeUndefined();
  });
});

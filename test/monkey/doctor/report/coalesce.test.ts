import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fewMost, nextLetter } from '../../../../monkey/doctor/report/coalesce.ts';
import type { PlannedLetter } from '../../../../monkey/doctor/report/letter.ts';
import { renderLetter } from '../../../../monkey/doctor/report/render-many.ts';
import type { Notice, WaitingNotice } from '../../../../pool/notice.ts';
import { brokenLimits, shown } from './slack-limits.ts';

const mention = '<!subteam^S0123456789>';

const waitingOf = (notices: readonly Partial<Notice>[]): readonly WaitingNotice[] =>
  notices.map((part, at) => ({
    entry: `${String(at + 1)}-0`,
    writtenMs: at,
    notice: { id: `n${String(at)}`, kind: 'sick', text: `text ${String(at)}`, urgency: 'info', ...part },
  }));

/** Delivers all of it, letter by letter. */
const lettersOf = (waiting: readonly WaitingNotice[]): readonly PlannedLetter[] => {
  const letters: PlannedLetter[] = [];
  let left = waiting;
  for (let letter = nextLetter(left); letter !== undefined; letter = nextLetter(left)) {
    letters.push(letter);
    const gone = new Set(letter.waiting.map(({ entry }) => entry));
    left = left.filter(({ entry }) => !gone.has(entry));
    if (letters.length > waiting.length) throw new Error('it never ends');
  }
  return letters;
};

const times = (count: number, part: (at: number) => Partial<Notice>) =>
  Array.from({ length: count }, (_, at) => part(at));

describe('while few wait', () => {
  test('each notice has a message of its own, in the order of the outbox', () => {
    const waiting = waitingOf(times(fewMost, (at) => ({ incident: 'a', urgency: at === 7 ? 'page' : 'info' })));
    expect(lettersOf(waiting).map(({ id, form }) => `${form} ${id}`)).toEqual(
      waiting.map(({ notice }) => `single ${notice.id}`),
    );
  });
});

describe('when many wait', () => {
  const refused = (at: number): Partial<Notice> => ({
    ...{ kind: 'refused', urgency: 'warning', node: `i-${String(at)}` },
    detail: { because: 'CPU 97%', vetoes: [{ guard: at % 10 === 0 ? 'cooldown' : 'heat', because: 'x' }] },
  });

  test('a thousand refusals are one digest, with counts a cause and the first names', () => {
    const letters = lettersOf(waitingOf(times(1_000, refused)));
    expect(letters).toHaveLength(1);
    const text = shown(renderLetter(letters[0]!));
    expect(text).toContain('*1000 nodes are not treated*');
    expect(text).toContain('• heat: 900');
    expect(text).toContain('• cooldown: 100');
    expect(text).toContain('`i-0`, `i-1`');
    expect(text).toContain('and 990 more');
    expect(text).not.toContain('undefined');
  });

  test('notices of one incident are one message in its order, a line each', () => {
    const waiting = waitingOf(times(24, (at) => ({ incident: at % 2 === 0 ? 'a' : 'b', node: 'i-1' })));
    const [first, second] = lettersOf(waiting);
    expect(first?.form).toBe('story');
    expect(first?.waiting.map(({ notice }) => notice.text)).toEqual(
      times(12, (at) => ({ text: `text ${at * 2}` })).map(({ text }) => text),
    );
    const lines = shown(renderLetter(first!)).split('\n');
    expect(lines[0]).toBe('🤒 *`i-1` is sick*: text 0');
    // By then few wait.
    expect(second?.form).toBe('single');
  });

  test('a page comes first, with what is older in its incident, and calls people', () => {
    const waiting = waitingOf([
      ...times(500, refused),
      { incident: 'a', text: 'older' },
      ...times(300, refused),
      { incident: 'a', text: 'now', urgency: 'page' },
    ]);
    const [first] = lettersOf(waiting);
    expect(first?.waiting.map(({ notice }) => notice.text)).toEqual(['older', 'now']);
    const message = renderLetter(first!, { mention });
    expect(shown(message)).toContain(mention);
    expect(message.text).toContain(mention);
  });

  test('many incidents that begin alike are a digest, and what follows in each comes after it', () => {
    const waiting = waitingOf([
      ...times(200, (at) => ({ incident: `a${at}`, node: `i-${at}` })),
      ...times(200, (at) => ({ incident: `a${at}`, node: `i-${at}`, kind: 'draining' })),
    ]);
    const forms = lettersOf(waiting).map(({ form, waiting: told }) => `${form} ${told.length}`);
    expect(forms).toEqual(['digest 200', 'digest 200']);
  });

  test('a letter that was begun is finished with the notices that it was begun with, whatever came since', () => {
    const waiting = waitingOf(times(40, refused)).map((one, at) =>
      at === 3 || at === 5 ? { ...one, letter: 'L' } : one,
    );
    const letter = nextLetter(waiting);
    expect(letter?.id).toBe('L');
    expect(letter?.waiting.map(({ entry }) => entry)).toEqual(['4-0', '6-0']);
  });
});

const anyNotice: fc.Arbitrary<Partial<Notice>> = fc.record(
  {
    kind: fc.constantFrom('sick', 'refused', 'check', 'back', 'paused', 'of-another-version'),
    incident: fc.constantFrom(...times(14, (at) => ({ text: `inc-${at}` })).map(({ text }) => text ?? '')),
    node: fc.oneof(fc.constantFrom('i-1', 'i-2', 'i-3'), fc.string({ maxLength: 400 })),
    text: fc.string({ unit: 'binary', maxLength: 4_000 }),
    urgency: fc.constantFrom('info', 'info', 'info', 'warning', 'page'),
    detail: fc.record(
      {
        because: fc.string({ maxLength: 900 }),
        finding: fc.string(),
        vetoes: fc.array(fc.record({ guard: fc.string(), because: fc.string() })),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ['kind', 'text', 'urgency'] },
);
const anyOutbox = fc.array(anyNotice, { maxLength: 120 }).map(waitingOf);

describe('whatever waits', () => {
  test('every notice is in exactly one message', () => {
    fc.assert(
      fc.property(anyOutbox, (waiting) => {
        const told = lettersOf(waiting).flatMap((letter) => letter.waiting.map(({ entry }) => entry));
        expect([...told].sort()).toEqual(waiting.map(({ entry }) => entry).sort());
      }),
    );
  });

  test('the order within an incident stays', () => {
    fc.assert(
      fc.property(anyOutbox, (waiting) => {
        const told = lettersOf(waiting).flatMap((letter) => letter.waiting);
        for (const incident of new Set(waiting.map(({ notice }) => notice.incident)))
          if (incident !== undefined) {
            const of = (list: readonly WaitingNotice[]) =>
              list.filter(({ notice }) => notice.incident === incident).map(({ entry }) => entry);
            expect(of(told)).toEqual(of(waiting));
          }
      }),
    );
  });

  test('a page stays a page: it is told first where many wait, and its message calls people', () => {
    fc.assert(
      fc.property(anyOutbox, (waiting) => {
        const isPage = ({ notice }: WaitingNotice) => notice.urgency === 'page';
        const [first] = lettersOf(waiting);
        if (waiting.length <= fewMost || first === undefined || !waiting.some(isPage)) return;
        // Nothing but what is older in the incident of a page is told before it.
        const incidents = new Set(waiting.filter(isPage).map(({ notice }) => notice.incident));
        expect(first.waiting.every((one) => isPage(one) || incidents.has(one.notice.incident))).toBe(true);
        for (const letter of lettersOf(waiting))
          for (const form of ['rich', 'plain'] as const) {
            const { text, blocks } = renderLetter(letter, { mention, form });
            const called = letter.waiting.some(isPage);
            expect(text.includes(mention)).toBe(called);
            if (form === 'rich') expect(shown({ text, blocks }).includes(mention)).toBe(called);
          }
      }),
    );
  });

  test('every message stays within the limits of Slack, in every form', () => {
    fc.assert(
      fc.property(anyOutbox, fc.constantFrom('rich', 'plain', 'bare'), (waiting, form) => {
        for (const letter of lettersOf(waiting))
          expect(brokenLimits(renderLetter(letter, { mention, form }))).toEqual([]);
      }),
    );
  });
});

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { parsePolicy, parseSettings } from '../../../monkey/config/parse.ts';
import { problemsText } from '../../../monkey/config/problem.ts';
import { defaultPolicy } from '../../../pool/policy.ts';

const minimal = 'pool: { name: web, redis: { url: "redis://10.0.0.5:6379" } }\n';

const text = (yaml: string) => {
  const parsed = parseSettings(yaml);
  return parsed.kind === 'problems' ? problemsText('f.yaml', parsed.problems) : 'no problems';
};

describe('a configuration file', () => {
  test('may be as short as where its pool is', () => {
    expect(parseSettings(minimal)).toMatchObject({
      kind: 'settings',
      settings: { agent: { mode: 'observe', rounds: '*/30 * * * * *', beat: 1_000 }, controller: { lease: 5_000 } },
    });
  });

  test.each([
    ['on', 'found "on"'],
    ['{ file: /x }', 'found a section: path is missing; expected text, file is not known'],
    ['{ path: /x, sample: 3 }', 'found a section: sample 3 is not a share; write it like 90%'],
  ])('names all that a key may be: accessLog: %s', (written, because) => {
    const expected = 'proxy.accessLog: expected off or a section of path, sample and query';
    expect(text(`${minimal}proxy: { accessLog: ${written} }`)).toContain(`${expected}, ${because}`);
  });

  test('has durations in milliseconds and shares of one', () => {
    const parsed = parseSettings(
      `${minimal}policy: { drain: { deadline: 1.5m }, vitals: { cpu: { threshold: 87.5% } } }`,
    );
    expect(parsed).toMatchObject({
      settings: { policy: { drain: { deadline: 90_000 }, vitals: { cpu: { threshold: 0.875 } } } },
    });
  });

  test('keeps its policy as it was written as well, for the pool', () => {
    const parsed = parseSettings(`${minimal}policy: { drain: { deadline: 1m } }`);
    expect(parsed).toMatchObject({ policySource: { drain: { deadline: '1m' } } });
    expect(parseSettings(minimal)).toMatchObject({ policySource: undefined });
  });

  test('lets anchors spare repetition', () => {
    const yaml = `${minimal}policy: { drain: { deadline: &d 20s }, slowStart: *d }`;
    expect(parseSettings(yaml)).toMatchObject({ settings: { policy: { slowStart: 20_000 } } });
  });

  test('is not blown up by aliases of aliases', () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
    for (let level = 0; level < 6; level++) {
      const [name, before] = [String.fromCharCode(98 + level), String.fromCharCode(97 + level)];
      bomb.push(`${name}: &${name} [${Array.from({ length: 10 }, () => `*${before}`).join(', ')}]`);
    }
    expect(text(bomb.join('\n'))).toContain('Excessive alias count');
  });

  test('of more than a mebibyte is not read', () => {
    expect(text(`# ${'x'.repeat(1_048_576)}`)).toBe('f.yaml: 1 problem\n  is larger than 1 MiB');
  });

  test('is told of in the order in which it is written', () => {
    const yaml = `slack: { channel: ops }\nagent: { beat: 1, mode: x }\n${minimal.replace('web', 'Web')}`;
    const places = text(yaml).match(/^ {2}[\w.]+/gm);
    expect(places).toEqual(['  slack.channel', '  agent.beat', '  agent.mode', '  pool.name']);
  });
});

describe('whatever is written', () => {
  test('is answered, never with an exception, and problems have words', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.jsonValue().map((value) => stringify(value)),
        ),
        (yaml) => {
          const parsed = parseSettings(yaml);
          if (parsed.kind === 'problems') {
            expect(parsed.problems.length).toBeGreaterThan(0);
            for (const { because } of parsed.problems) expect(because).toMatch(/\S/);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  test('within the sections that there are is answered without words of the library', () => {
    const sections = ['pool', 'node', 'agent', 'controller', 'slack', 'ec2', 'log', 'policy'];
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(null, true, 7, -1, 0.5, '', 'x', '30s', '90%'),
        fc.array(tie('any'), { maxLength: 2 }),
        fc.dictionary(
          fc.constantFrom(
            'cpu',
            'url',
            'redis',
            'name',
            'vitals',
            'limits',
            'checks',
            'run',
            'kind',
            'mode',
            'drain',
            'deadline',
            'commands',
          ),
          tie('any'),
          { maxKeys: 3 },
        ),
      ),
    })).any;
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...sections), value), (data) => {
        expect(text(stringify(data))).not.toMatch(/Invalid|Unrecognized|Too (small|big)|received|undefined|\[object/);
      }),
      { numRuns: 150 },
    );
  });
});

describe('a policy file', () => {
  test('without a line means the defaults', () => {
    expect(parsePolicy('')).toMatchObject({ kind: 'policy', policy: defaultPolicy(), source: {} });
  });

  test('is told of like a configuration', () => {
    const parsed = parsePolicy('limits: { minServing: one }\nvital: {}\n');
    expect(parsed.kind === 'problems' && problemsText('p.yaml', parsed.problems)).toBe(
      'p.yaml: 2 problems\n  limits.minServing: expected a number, found "one"\n  vital: unknown key; did you mean vitals?',
    );
  });
});

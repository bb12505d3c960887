import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { render } from '../../../../monkey/doctor/report/render.ts';
import type { Notice } from '../../../../pool/notice.ts';
import { brokenLimits, shown } from './slack-limits.ts';

const notice = (part: Partial<Notice>): Notice => ({
  ...{ id: 'n-1', kind: 'sick', text: 'i-0abc is sick: CPU 97%.', urgency: 'info', node: 'i-0abc', incident: 'inc-1' },
  ...part,
});

const read = (part: Partial<Notice>): string => shown(render(notice(part)));

describe('what a person reads', () => {
  test('of a sick node: who, of which service, why, and what comes next', () => {
    const because = 'CPU 97% of 2 CPUs; 3 of the last 5 rounds hot, sick at 3 of 5';
    const text = read({ kind: 'sick', detail: { service: 'meow', url: 'http://10.0.0.7:8080', because } });
    expect(text).toContain('🤒 *`i-0abc` is sick*');
    expect(text).toContain(because);
    expect(text).toContain('meow · 10.0.0.7:8080');
    expect(text).toContain('next: out of the pool');
  });

  test('of a reboot that is proven: both boot ids and how long the node was away', () => {
    const detail = { bootIdBefore: 'aaaa-1111', bootIdAfter: 'bbbb-2222', awayMs: 42_000 };
    const text = read({ kind: 'rebooted', text: 'i-0abc is back from its reboot.', detail });
    expect(text).toContain('boot before: `aaaa-1111`');
    expect(text).toContain('boot now: `bbbb-2222`');
    expect(text).toContain('away for 42s');
  });

  test('of a check that passed, and of one that failed', () => {
    const passed = { name: 'status', ok: true, detail: '200 in 12 ms', ms: 12 };
    const failed = { name: 'http /healthz', ok: false, detail: '503, not 200', ms: 7 };
    expect(read({ kind: 'check', text: '✓ status: 200 in 12 ms', detail: passed })).toMatch(
      /^✅ \*`i-0abc` passed a check\*\n✓ status: 200 in 12 ms\n/,
    );
    expect(read({ kind: 'check', text: '✗ http /healthz', detail: { check: failed } })).toMatch(
      /^❌ \*`i-0abc` failed a check\*\n✗ http \/healthz: 503, not 200/,
    );
  });

  test('of a node that is back: all checks as a list, and how long it was out', () => {
    const checks = [
      { name: 'content', ok: true, detail: '1204 bytes', ms: 5 },
      { name: 'address', ok: true, detail: 'ping 1 ms', ms: 3 },
    ];
    const text = read({ kind: 'back', detail: { because: 'all checks passed', checks, outMs: 65_000 } });
    expect(text).toContain('💚 *`i-0abc` is back*');
    expect(text).toContain('✓ content: 1204 bytes\n✓ address: ping 1 ms');
    expect(text).toContain('out for 1m 5s');
  });

  test('of memory that ran out: who was killed, how who grew, and who is biggest', () => {
    const gib = 2 ** 30;
    const memory = {
      killed: [{ command: 'a <!here>', pid: 7, rssBytes: 3.4 * gib, by: 'kernel' }],
      grew: [{ command: 'app', fromBytes: 1.2 * gib, toBytes: 3.4 * gib, overMs: 3_120_000, bytes: [1, 2, 3] }],
      biggest: [{ command: 'db', processes: 2, rssBytes: gib }],
    };
    const text = read({ kind: 'evidence', detail: { memory, topByCpu: [], missing: [] } });
    expect(text).toContain(
      '• killed: a &lt;!here&gt; (pid 7, 3.4 GiB)\n• grew: app 1.2 → 3.4 GiB in 52m ▁▅█\n• biggest: db 1 GiB (2 processes)',
    );
    expect(read({ kind: 'evidence', detail: { memory: 'of another version' } })).not.toContain('killed');
  });

  test('of a refusal: every veto with its reason', () => {
    const vetoes = [
      { guard: 'min-serving', because: '1 other nodes serve, at least 2 must' },
      { guard: 'cooldown', because: 'treated 2m ago, left alone for 15m' },
    ];
    const text = read({ kind: 'refused', urgency: 'warning', detail: { because: 'CPU 97%', vetoes } });
    expect(text).toContain('✋');
    expect(text).toContain('• min-serving: 1 other nodes serve, at least 2 must');
    expect(text).toContain('• cooldown: treated 2m ago, left alone for 15m');
  });

  test('of a page: that a human is needed, who is called, and the command that ends it', () => {
    const page = notice({ kind: 'quarantined', urgency: 'page', detail: { because: 'checks failed' } });
    const text = shown(render(page, { mention: '<!subteam^S0123456789>' }));
    expect(text).toContain('🚨 *`i-0abc` is quarantined*');
    expect(text).toContain('<!subteam^S0123456789>');
    expect(text).toContain('needs a human now');
    expect(text).toContain('`monkey readmit i-0abc`');
  });

  test('of an order by a human: who gave it, in full', () => {
    const text = 'Healing is paused by ann for 10m: deploy.';
    const { id, kind, urgency } = notice({ kind: 'paused', urgency: 'warning' });
    const seen = shown(render({ id, kind, urgency, text, detail: { by: 'ann', because: 'deploy' } }));
    expect(seen).toContain('⏸️ *Healing is paused*');
    expect(seen).toContain(text);
    expect(seen).toContain('`monkey resume`');
  });

  test('of evidence: what was busy, by name only', () => {
    const topByCpu = [{ pid: 7, command: '/usr/bin/node app.js --db-password hunter2', cpuShare: 0.98, rssBytes: 1 }];
    const text = read({ kind: 'evidence', detail: { topByCpu, missing: ['load: no /proc'] } });
    expect(text).toContain('• `node` 98% of a core');
    expect(text).toContain('not had: load: no /proc');
    expect(text).not.toContain('hunter2');
  });

  test('of a kind that this version does not know: its own words', () => {
    const text = read({ kind: 'stopped-and-started', urgency: 'warning', text: 'i-0abc was stopped and started.' });
    expect(text).toContain('⚠️ *`i-0abc` stopped and started*');
    expect(text).toContain('i-0abc was stopped and started.');
  });

  test.each(['constructor', '__proto__', 'toString'])('of a kind called %s: its own words as well', (kind) => {
    expect(read({ kind, text: 'odd' })).toContain('odd');
  });

  test('in a notification: emoji, node and the sentence', () => {
    expect(render(notice({ text: 'i-0abc is sick: CPU 97%.' })).text).toBe('🤒 i-0abc is sick: CPU 97%.');
    expect(render(notice({ kind: 'check', text: '✓ status: 200', detail: { name: 'status', ok: true } })).text).toBe(
      '✅ `i-0abc`: ✓ status: 200',
    );
  });
});

describe('messages that were not taken', () => {
  test('become words without blocks, then the least that says what happened', () => {
    const sick = notice({ detail: { because: 'CPU 97%' } });
    expect(render(sick, { form: 'plain' })).toEqual({ text: '🤒 i-0abc is sick: CPU 97%.', blocks: [] });
    expect(render(sick, { form: 'bare' })).toEqual({ text: 'sick i-0abc', blocks: [] });
  });
});

describe('what comes from elsewhere', () => {
  test('can mention nobody and make no link', () => {
    const text = read({ kind: 'quarantined', detail: { because: '<!channel> <https://evil|click> & more' } });
    expect(text).toContain('&lt;!channel&gt; &lt;https://evil|click&gt; &amp; more');
    expect(text).not.toContain('<!channel>');
  });

  test.each([
    ['http://ann:hunter2@10.0.0.7:8080', 'http://…@10.0.0.7:8080'],
    ['token=abc123 rest', 'token=… rest'],
    ['"password": "hunter2"', '"password": …'],
    ['Authorization: Bearer abcdefgh.ijkl', 'Authorization: Bearer …'],
    [['xoxb', '1234567890', 'abcdef'].join('-'), '…'],
    ['AKIAIOSFODNN7EXAMPLE', '…'],
    ['app --api-key hunter2 --port 80', 'app --api-key … --port 80'],
  ])('shows no secret: %s', (secret, visible) => {
    const text = read({ kind: 'sick', detail: { because: secret } });
    expect(text).toContain(visible);
    expect(text).not.toContain('hunter2');
  });

  test('breaks no limit of Slack and leaves no control characters, whatever it is', () => {
    const kinds = ['sick', 'check', 'back', 'refused', 'evidence', 'rebooted', 'lost', 'quarantined', 'anything'];
    const json = fc.jsonValue({ maxDepth: 3 });
    const long = fc.oneof(fc.string({ maxLength: 50, unit: 'binary' }), fc.constant('&<>\n'.repeat(5_000)));
    const details = fc.record(
      { because: long, vetoes: json, check: json, checks: json, missing: json, topByCpu: json, url: long, next: long },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.constantFrom(...kinds), long, long, details, (kind, node, text, detail) => {
        const message = render(notice({ kind, node, text, detail, urgency: 'page' }), { mention: '<!here>' });
        expect(brokenLimits(message)).toEqual([]);
        expect(shown(message).replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
      }),
    );
  });

  test('counts what is too long to show', () => {
    const checks = Array.from({ length: 60 }, (_, at) => ({
      name: `c${at}`,
      ok: true,
      detail: 'x'.repeat(250),
      ms: 1,
    }));
    const message = render(notice({ kind: 'back', detail: { checks } }));
    expect(brokenLimits(message)).toEqual([]);
    expect(shown(message)).toMatch(/… and \d+ more/);
  });
});

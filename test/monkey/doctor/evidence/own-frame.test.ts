import { describe, expect, test } from '@jest/globals';
import { framesOf, frameWords, ownFrame } from '../../../../monkey/doctor/evidence/own-frame.ts';

describe('of the inspector', () => {
  test.each([
    ['runaway /srv/meow/app/routes/spin.ts:12:3', 'runaway, app/routes/spin.ts:12'],
    ['runaway file:///srv/meow/app/routes/spin.ts:12:3', 'runaway, app/routes/spin.ts:12'],
    ['get size /srv/with a space/set.js:7:1', 'get size, srv/with a space/set.js:7'],
    ['(anonymous) app.js:1:1', '(anonymous), app.js:1'],
    ['/srv/meow/app/main.js:3', '(anonymous), meow/app/main.js:3'],
  ])('%s is own code', (frame, words) => {
    const own = ownFrame(frame, 'inspector');
    expect(own === undefined ? undefined : frameWords(own)).toBe(words);
  });

  test.each([
    'processTicksAndRejections node:internal/process/task_queues:95:5',
    'handle /srv/meow/node_modules/express/lib/router.js:12:3',
    'emit internal/events.js:1:2',
    '(program)',
    '(garbage collector)',
    'writeUtf8String',
    '[left out]',
    '',
  ])('%j is not', (frame) => {
    expect(ownFrame(frame, 'inspector')).toBeUndefined();
  });
});

describe('of perf', () => {
  test.each([
    ['JS:*runaway /srv/meow/app/routes/spin.ts:12:3', 'runaway, app/routes/spin.ts:12'],
    ['LazyCompile:~tick /srv/app/tick.js:4', 'tick, srv/app/tick.js:4'],
    ['compress_block', 'compress_block'],
    ['JS:*runaway /srv/app/spin.js:12:3_[j]', 'runaway, srv/app/spin.js:12'],
  ])('%s is own code', (frame, words) => {
    const own = ownFrame(frame, 'perf');
    expect(own === undefined ? undefined : frameWords(own)).toBe(words);
  });

  test.each([
    ...['do_syscall_64', 'tcp_sendmsg_[k]', '[unknown]', '[kernel.kallsyms]', '[libc.so.6]', 'libuv.so.1'],
    ...['v8::internal::Heap::Scavenge', 'node::Start', 'uv_run', 'Builtins_JSEntry', '__libc_start_main', 'malloc'],
    ...['0x7f00deadbeef', 'JS:*emit node:events:465:44', ''],
  ])('%j is not', (frame) => {
    expect(ownFrame(frame, 'perf')).toBeUndefined();
  });

  test('the process, which perf names first, is no frame; but where nothing else is known of it', () => {
    expect(framesOf('node;main;work', 'perf')).toEqual(['main', 'work']);
    expect(framesOf('stress', 'perf')).toEqual(['stress']);
    expect(framesOf('main;work', 'inspector')).toEqual(['main', 'work']);
  });
});

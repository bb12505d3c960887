import { describe, expect, test } from '@jest/globals';
import type { Listener, Powers, ProcessFacts, ProcessGlance } from '../../../../monkey/doctor/ports/process-look.ts';
import {
  inspectable,
  type PlaceLook,
  signalObstacle,
  titleOf,
} from '../../../../monkey/flame/capture/inspect-permission.ts';

const app: ProcessFacts = {
  ...{ pid: 712, ownPid: 712, startTicks: 5, ticks: 9, program: 'node', executable: 'node', isStopped: false },
  ...{ argv: ['node', '/srv/app.js', '--token=secret'], nodeOptions: undefined },
  ...{ uid: 33, catchesUsr1: true, network: 'ours' },
};
const powers: Powers = { uid: 33, capabilities: 0n, perfParanoid: 2 };
const web: Listener = { address: '0.0.0.0', port: 8080, inode: 41 };
const inspector: Listener = { address: '127.0.0.1', port: 9229, inode: 42 };
const place = { host: '127.0.0.1', port: 9229 };
const free: PlaceLook = { place, listeners: [web], holder: undefined };

describe('the inspector of a process', () => {
  test('may be opened by SIGUSR1 where it is node and catches that', () => {
    expect(inspectable(app, powers, free)).toEqual({ kind: 'closed', listeners: [web] });
  });

  test('is used as it is where it is open already', () => {
    const listeners = [web, inspector];
    expect(inspectable({ ...app, catchesUsr1: false }, powers, { ...free, listeners })).toEqual({
      ...{ kind: 'open', at: inspector, listeners },
    });
  });

  test.each<[string, Partial<ProcessFacts>, Partial<Powers>, RegExp]>([
    ['is another program', { program: 'nginx', executable: 'nginx' }, {}, /nginx \(pid 712\) is not Node\.js/],
    ['only begins like node', { program: 'node_exporter', executable: 'node_exporter' }, {}, /is not Node\.js/],
    ['does not catch SIGUSR1', { catchesUsr1: false }, {}, /does not catch SIGUSR1.*nothing was sent/],
    ['belongs to somebody else', { uid: 1000 }, {}, /belongs to user 1000 and we are user 33/],
    ['is in a container', { network: 'another' }, {}, /network namespace of its own/],
    [
      'is in a network that we may not see',
      { network: 'unknown' },
      { uid: 0 },
      /hides its program, network or sockets/,
    ],
    ['only calls itself node', { executable: undefined }, {}, /hides its program, network or sockets/],
    ['belongs to another and root has lost CAP_KILL', {}, { uid: 0 }, /we are user 0 without CAP_KILL/],
    ['is stopped', { isStopped: true }, {}, /is stopped.*nothing was sent/],
  ])('is left alone where the process %s', (_what, facts, ours, because) => {
    expect(inspectable({ ...app, ...facts }, { ...powers, ...ours }, free)).toEqual({
      kind: 'refused',
      because: expect.stringMatching(because),
    });
  });

  test.each([
    ['named', { pid: 5, program: 'nginx' }, 'nginx (pid 5)'],
    ['unseen', {}, 'a process that we may not see'],
  ])('is left alone where its port is held by another process, %s', (_how, holder, named) => {
    expect(inspectable(app, powers, { ...free, holder })).toMatchObject({
      because: expect.stringContaining(`port 9229, which is held by ${named}`),
    });
  });

  test.each<[string, Partial<PlaceLook>, RegExp]>([
    ['sockets may not be seen', { listeners: undefined }, /hides its program, network or sockets/],
    ['port would be any', { place: { ...place, port: 0 } }, /--inspect-port=0/],
    ['host is every address', { place: { ...place, host: '0.0.0.0' } }, /could run code in it/],
    ['host is a name', { place: { ...place, host: 'cat.internal' } }, /could run code in it/],
    [
      'inspector is open to others',
      { listeners: [{ ...inspector, address: '10.0.0.5' }] },
      /listens on 10\.0\.0\.5:9229/,
    ],
  ])('is left alone where its %s', (_what, seen, because) => {
    const asRoot = { ...powers, uid: 0, capabilities: 1n << 5n };
    expect(inspectable(app, asRoot, { ...free, ...seen })).toMatchObject({ because: expect.stringMatching(because) });
  });

  test("may be opened by somebody else's hand with CAP_KILL", () => {
    expect(inspectable(app, { ...powers, uid: 1, capabilities: 1n << 5n }, free).kind).toBe('closed');
  });

  test.each<[string, Partial<ProcessGlance> | undefined, RegExp]>([
    ['has ended', undefined, /has ended/],
    ['is another with the same pid', { startTicks: 6 }, /has ended/],
    ['has become another program', { executable: 'postgres' }, /is not Node\.js/],
    ['hides what it runs', { executable: undefined }, /is not Node\.js/],
    ['has let its handler go', { catchesUsr1: false }, /does not catch SIGUSR1/],
    ['is stopped', { isStopped: true }, /is stopped/],
  ])('is not signalled where the process, right before it, %s', (_what, now, because) => {
    expect(signalObstacle(app, now && { ...app, ...now })).toMatch(because);
  });

  test('is asked for where nothing has changed', () => {
    expect(signalObstacle(app, { ...app })).toBeUndefined();
  });

  test('is named by the file that it runs, and by none of its arguments', () => {
    expect(titleOf(app)).toBe('node app.js (pid 712)');
    expect(titleOf({ ...app, program: 'psql', argv: ['psql', 'secret.js'] })).toBe('psql (pid 712)');
  });
});

import { describe, expect, test } from '@jest/globals';
import type { Powers, ProcessFacts } from '../../../../monkey/doctor/ports/process-look.ts';
import { inspectable, inspectorPortOf, titleOf } from '../../../../monkey/flame/capture/inspect-permission.ts';

const app: ProcessFacts = {
  ...{ pid: 712, startTicks: 5, ticks: 9, program: 'node', argv: ['node', '/srv/app.js', '--token=secret'] },
  ...{ nodeOptions: undefined, uid: 33, catchesUsr1: true, network: 'ours' },
};
const powers: Powers = { uid: 33, capabilities: 0n, perfParanoid: 2 };
const free = { port: 9229, isItsOwn: false, holder: undefined };

describe('the inspector of a process', () => {
  test('may be opened by SIGUSR1 where it is node and catches that', () => {
    expect(inspectable(app, powers, free)).toEqual({ kind: 'closed', port: 9229 });
  });

  test('is used as it is where it is open already', () => {
    const open = { ...free, isItsOwn: true };
    expect(inspectable({ ...app, catchesUsr1: false }, powers, open)).toEqual({ kind: 'open', port: 9229 });
  });

  test.each<[string, Partial<ProcessFacts>, Partial<Powers>, RegExp]>([
    ['is another program', { program: 'nginx' }, {}, /nginx \(pid 712\) is not Node\.js/],
    ['only begins like node', { program: 'node_exporter' }, {}, /is not Node\.js/],
    ['does not catch SIGUSR1', { catchesUsr1: false }, {}, /does not catch SIGUSR1.*nothing was sent/],
    ['belongs to somebody else', { uid: 1000 }, {}, /belongs to user 1000 and we are user 33/],
    ['is in a container', { network: 'another' }, {}, /network namespace of its own/],
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

  test.each<[string, Partial<Powers>]>([
    ['by root', { uid: 0 }],
    ['with CAP_KILL', { uid: 1, capabilities: 1n << 5n }],
  ])("may be opened by somebody else's hand %s", (_who, ours) => {
    expect(inspectable(app, { ...powers, ...ours }, free).kind).toBe('closed');
  });

  test.each([
    [['node', 'app.js'], undefined, 9229],
    [['node', '--inspect-port=9333', 'app.js'], undefined, 9333],
    [['node', '--inspect=127.0.0.1:9001', 'app.js'], undefined, 9001],
    [['node', 'app.js', '--inspect-port=1'], undefined, 9229],
    [['node', 'app.js'], '--max-old-space-size=100 --inspect-port=9444', 9444],
  ])('is where %j with NODE_OPTIONS %j says', (argv, nodeOptions, port) => {
    expect(inspectorPortOf({ argv, nodeOptions })).toBe(port);
  });

  test('is named by the file that it runs, and by none of its arguments', () => {
    expect(titleOf(app)).toBe('node app.js (pid 712)');
    expect(titleOf({ ...app, program: 'psql', argv: ['psql', 'secret.js'] })).toBe('psql (pid 712)');
  });
});

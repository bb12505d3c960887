import { expect, test } from '@jest/globals';
import { ownNodeReader } from '../../../monkey/collect/own-node.ts';
import { fakeProcessList } from '../../../monkey/host/fake-process-list.ts';
import { target } from '../../support/collect.ts';

test('a process of Node, whose name tells nothing, is called by its program, as it is over SSH', async () => {
  const processes = fakeProcessList();
  processes.set([
    { pid: 7, command: 'MainThread', program: 'node', rssBytes: 2_048, vszBytes: 4_096 },
    { pid: 8, command: 'MainThread' },
    { pid: 9, command: 'java' },
  ]);
  const reader = ownNodeReader(processes, { monotonicMs: () => 0 });
  const answer = await reader.read(target('a'), new AbortController().signal);
  expect(answer.kind === 'processes' && answer.processes).toEqual([
    { pid: 7, command: 'node', rssKib: 2, vszKib: 4, pssKib: null },
    { pid: 8, command: 'MainThread', rssKib: 0, vszKib: 0, pssKib: null },
    { pid: 9, command: 'java', rssKib: 0, vszKib: 0, pssKib: null },
  ]);
});

import { tokenOf } from '../../../pool/record.ts';
import type { Law } from '../observer.ts';

export const holds: Law = {
  name: "a human's hold is never broken",
  onCommit: ({ before, after, changed, by }) => {
    if (by.role === 'person') return undefined;
    for (const id of changed) {
      const [was, is] = [before.get(id), after.get(id)];
      if (was?.heldBy === undefined) continue;
      if (is?.heldBy !== was.heldBy) return `${by.name} forgot that ${was.heldBy} holds ${id}`;
      const breaks = is.state === 'serving' || (is.state === 'rebooting' && was.state !== 'rebooting');
      if (breaks && is.state !== was.state) return `${by.name} made ${id}, held by ${was.heldBy}, ${is.state}`;
      if (was.state === 'held' && is.state !== 'held') return `${by.name} took ${id} out of its hold: ${is.state}`;
    }
    return undefined;
  },
  // What stands for longer than the hold goes on; and what we have stopped is started again, whoever holds it.
  onCall: ({ by, machine, kind }, { history }) => {
    const intent = history.get(machine)?.find(({ record }) => tokenOf(record) === by.told.intent)?.record;
    return kind === 'start' || intent?.heldBy === undefined
      ? undefined
      : `${by.name} asks to ${kind} ${machine}, which ${intent.heldBy} held when that was intended`;
  },
};

export const lever: Law = {
  name: 'nothing begins while the lever is pulled',
  onCommit: ({ before, after, changed, by, lever: pulled }) => {
    if (pulled === undefined || by.role === 'person') return undefined;
    for (const id of changed) {
      const [was, is] = [before.get(id), after.get(id)];
      const begins =
        (was?.state === 'serving' && is?.state === 'draining' && is.purpose === 'treat') ||
        (was?.state !== 'rebooting' && is?.state === 'rebooting') ||
        (was?.state === 'serving' && is?.state === 'lost');
      if (begins) return `${by.name} made ${id} ${is.state}, although healing is paused: ${pulled}`;
    }
    return undefined;
  },
};

export const owners: Law = {
  name: 'no two owners of one node',
  onCommit: ({ before, after, changed, by }, { server }) => {
    if (by.role === 'person') return undefined;
    for (const id of changed) {
      const [was, is] = [before.get(id), after.get(id)];
      if (was?.owner === undefined || was.stepDeadlineMs === undefined || was.stepDeadlineMs <= server.now()) continue;
      const owner = by.role === 'agent' ? `agent:${by.node ?? ''}` : `controller:${by.name}`;
      // A node that joins, from a new boot or with a new session, says who it is, whoever treats it.
      const joins = by.role === 'agent' && by.node === id && (is?.bootId !== was.bootId || is.session !== was.session);
      // A machine that was stopped is down until it is started: whoever leads next does that at once (decision 0014).
      const startsInstead = by.role === 'controller' && was.call === 'stop' && is?.call === 'start';
      if (was.owner !== owner && !joins && !startsInstead)
        return `${by.name} moved ${id} to ${is?.state ?? 'gone'}, which was of ${was.owner}`;
    }
    return undefined;
  },
};

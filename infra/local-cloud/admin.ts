import type { CallLog } from './calls.ts';
import type { Faults } from './faults/faults.ts';
import { type Asked, jsonReply, type Reply } from './http/serve.ts';
import type { LifeEvent } from './machine/life.ts';
import type { PagerDesk } from './pager/desk.ts';
import type { Region } from './region/region.ts';
import type { Workspace } from './slack/workspace.ts';

export interface AdminPorts {
  readonly faults: Faults;
  readonly calls: CallLog;
  readonly workspace: Workspace;
  readonly pagerDesk: PagerDesk;
  readonly region: Region;
  readonly life: () => readonly LifeEvent[];
}

export const adminPath = '/_local/';

/**
 * What only a local cloud has: faults on request (GET, POST, DELETE /_local/faults), what was said in Slack, who was
 * paged, which calls were made, what became of the machines. Whoever runs on this machine may ask; a web page may not.
 */
export const answerAdmin = (asked: Asked, ports: AdminPorts): Reply => {
  const { request, url } = asked;
  if (isFromWebPage(request.headers)) return jsonReply(403, { error: 'not for web pages' });
  const path = url.pathname.slice(adminPath.length);
  if (path === 'faults' || path.startsWith('faults/')) return answerFaults(asked, path.slice('faults/'.length), ports);
  if (request.method !== 'GET') return jsonReply(405, { error: 'only GET' });
  switch (path) {
    case 'slack/messages':
      return jsonReply(200, { messages: messages(url.searchParams.get('channel'), ports.workspace) });
    case 'pager/alarms':
      return jsonReply(200, { alarms: ports.pagerDesk.alarms() });
    case 'calls':
      return jsonReply(200, { calls: ports.calls.all() });
    case 'life':
      return jsonReply(200, { life: ports.life() });
    case 'instances':
      return jsonReply(200, { instances: instances(ports.region) });
    default:
      return jsonReply(404, { error: `there is no ${url.pathname}` });
  }
};

/** A page that found our port has an origin, or (with a name of its own for 127.0.0.1) another host. */
const isFromWebPage = ({ origin, host }: { origin?: string | undefined; host?: string | undefined }): boolean =>
  origin !== undefined || !/^(?:127\.0\.0\.1|localhost)(?::\d+)?$/.test(host ?? '');

const answerFaults = ({ request, body }: Asked, id: string, { faults }: AdminPorts): Reply => {
  switch (request.method) {
    case 'GET':
      return jsonReply(200, { faults: faults.list() });
    case 'POST': {
      const injection = faults.ask(jsonIn(body.toString()));
      return injection.kind === 'injected'
        ? jsonReply(201, injection.injected)
        : jsonReply(400, { error: injection.because });
    }
    case 'DELETE':
      if (id === '') faults.undoAll();
      else if (faults.undo(id) === 'unknown') return jsonReply(404, { error: `there is no fault ${id}` });
      return jsonReply(200, { faults: faults.list() });
    default:
      return jsonReply(405, { error: 'GET, POST or DELETE' });
  }
};

const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const messages = (channel: string | null, workspace: Workspace): readonly unknown[] => {
  const wanted =
    channel === null
      ? workspace.channels
      : workspace.channels.filter(({ id, name }) => channel === id || channel === name);
  return wanted.flatMap(({ id }) => workspace.messages(id));
};

const instances = (region: Region): readonly unknown[] =>
  region.all().map(({ id, url, imds, cpus, machine }) => ({
    id,
    url,
    imds,
    cpus,
    state: machine.state,
    bootId: machine.bootId,
    machineDir: machine.spec.folder,
    group: machine.group,
  }));

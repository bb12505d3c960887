import { randomBytes } from 'node:crypto';
import { bootPlanWith, obeyPowerLoss } from './boot-plan.ts';
import { CallLog } from './calls.ts';
import { Credentials } from './credentials.ts';
import { Faults } from './faults/faults.ts';
import { type Handler, type Served, serve } from './http/serve.ts';
import { imdsHandler } from './imds/imds.ts';
import type { ImdsFacts } from './imds/metadata.ts';
import { LifeLog } from './life-log.ts';
import { type Log, reasonOf } from './log.ts';
import type { Settings } from './options.ts';
import { PagerDesk } from './pager/desk.ts';
import { Region } from './region/region.ts';
import { Uploads } from './slack/uploads.ts';
import { Workspace } from './slack/workspace.ts';

/** Where this cloud is to be found, and how its processes are. */
export interface Place {
  /** Of EC2's and Slack's API. */
  readonly url: string;
  readonly folder: string;
  readonly marker: string;
}

/** All that a cloud is made of, apart from what listens. */
export interface Parts {
  readonly settings: Settings;
  readonly log: Log;
  readonly faults: Faults;
  readonly calls: CallLog;
  readonly life: LifeLog;
  readonly credentials: Credentials;
  readonly region: Region;
  readonly workspace: Workspace;
  readonly uploads: Uploads;
  readonly slackToken: string;
  readonly pagerDesk: PagerDesk;
  readonly pagerKey: string;
  readonly ending: AbortController;
}

const accountId = '000000000000';
const bodyBytesAtMost = 1024;

export const slackUrlOf = (url: string): string => `${url}/api/`;
export const pagerPath = '/pager/v2/enqueue';
export const uploadPath = '/upload/v1/';

export const makeParts = (place: Place, settings: Settings, log: Log): Parts => {
  const onBug = (error: unknown): void => log.error('local-cloud-bug', { error: reasonOf(error) });
  const life = new LifeLog(onBug);
  const credentials = new Credentials(settings.roleDenied);
  const faults: Faults = new Faults((id) => region.find(id) !== undefined, onBug);
  const imdsFacts: ImdsFacts = {
    region: settings.region,
    ownerId: accountId,
    roleName: 'local-cloud',
    roleOf: (id) => credentials.roleOf(id),
  };
  const serveImds = (handler: Handler): Promise<Served> => serve(handler, { port: 0, bodyBytesAtMost, onBug });
  const region = new Region(regionSpec(place, settings), {
    log,
    planBoot: bootPlanWith(faults, settings.bootMs),
    onLife: (event) => {
      const { kind, ...fields } = event;
      log.info(`machine-${kind}`, fields);
      life.add(event);
    },
    serveImds: (instanceOf) => serveImds(imdsHandler(instanceOf, imdsFacts)),
  });
  obeyPowerLoss(faults, (id) => region.find(id));
  return {
    settings,
    log,
    faults,
    calls: new CallLog(),
    life,
    credentials,
    region,
    workspace: new Workspace(settings.slackChannels, onBug),
    uploads: new Uploads((fileId) => `${place.url}${uploadPath}${fileId}`),
    pagerDesk: new PagerDesk(),
    pagerKey: randomBytes(16).toString('hex'),
    slackToken: `xoxb-local-${randomBytes(18).toString('hex')}`,
    ending: new AbortController(),
  };
};

const regionSpec = (place: Place, settings: Settings): Region['spec'] => ({
  name: settings.region,
  ownerId: accountId,
  folder: place.folder,
  marker: place.marker,
  ec2Url: place.url,
  slackUrl: slackUrlOf(place.url),
  cpus: settings.cpus,
  graceMs: settings.graceMs,
  instancesAtMost: settings.instancesAtMost,
  env: settings.env,
  unitsOf: settings.units,
});

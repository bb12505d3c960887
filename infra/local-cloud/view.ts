import { untilAllListen } from './answering.ts';
import type { LocalCloud, LocalInstance } from './local-cloud.ts';
import { type Parts, pagerPath, slackUrlOf } from './parts.ts';
import { filesOf, type Instance } from './region/instance.ts';

/** The cloud as who started it sees it. */
export const viewOf = (url: string, parts: Parts, stop: () => Promise<void>): LocalCloud => {
  const { settings, faults, calls, life, credentials, region, workspace, uploads, slackToken } = parts;
  const { pagerDesk, pagerKey } = parts;
  const [slackChannel] = workspace.channels;
  if (slackChannel === undefined) throw new Error('Slack needs a channel');
  return {
    ec2Url: url,
    slackUrl: slackUrlOf(url),
    region: settings.region,
    accessKeyId: credentials.account.accessKeyId,
    secretAccessKey: credentials.account.secretAccessKey,
    slackToken,
    slackChannel,
    pagerUrl: `${url}${pagerPath}`,
    pagerKey,
    pagerAlarms: () => pagerDesk.alarms(),
    pagerEvents: () => pagerDesk.events(),
    get instances() {
      return present(parts).map(seen);
    },
    faults,
    calls: () => calls.all(),
    slackMessages: () => workspace.channels.flatMap(({ id }) => workspace.messages(id)),
    slackFile: (fileId) => uploads.contentOf(fileId),
    onSlackMessage: (listener) => workspace.onHappening(listener),
    life: () => life.all(),
    onLife: (listener) => life.onEvent(listener),
    untilLife: (matches, limits) => life.next(matches, limits),
    untilAnswering: (limits) =>
      untilAllListen(
        present({ region }).map(({ port }) => port),
        limits,
      ),
    stop,
  };
};

const present = ({ region }: Pick<Parts, 'region'>): readonly Instance[] =>
  region.all().filter(({ machine }) => machine.state !== 'terminated');

const seen = ({ id, index, cpus, url, imds, machine }: Instance): LocalInstance => ({
  id,
  index,
  cpus,
  url,
  imds,
  ...filesOf(machine.spec.folder),
  state: machine.state,
  bootId: machine.bootId,
  group: machine.group,
});

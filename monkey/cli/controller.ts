/** `monkey controller`: watches the whole pool and tells Slack. Several stand by for each other. */
import { hostname } from 'node:os';
import type { Command } from 'commander';
import { systemClock } from '../../pool/clock.ts';
import type { Log } from '../../pool/log.ts';
import type { Config, WebhookAccess } from '../config/config.ts';
import { type ControllerSetting, startController } from '../controller/wiring.ts';
import { thisMachine } from '../host/machine.ts';
import { notifier } from '../host/systemd.ts';
import type { WebhookOptions } from '../pager/webhook-pager.ts';
import type { SlackOptions } from '../slack/slack-messenger.ts';
import { type CommandModule, Exit, type Io } from './command.ts';
import { createLog } from './log.ts';
import { withConfigOption, withJsonFailures } from './pool-options.ts';
import { type CommonOptions, configOf } from './settings.ts';

export const configure: CommandModule['configure'] = (command: Command, io, done) => {
  withJsonFailures(withConfigOption(command)).action(async (options: CommonOptions) => done(await run(options, io)));
};

const run = async (options: CommonOptions, io: Io): Promise<Exit> => {
  const config = await configOf(io, { ...options, fileOnly: true });
  const log = createLog({ level: config.log.level, name: 'controller' }, io.err, io.env);
  const systemd = notifier(io.env, log);
  const store = await io.openPool(config.pool, log);
  const controller = await startController(settingOf(config, log), {
    ...{ store, log },
    onReady: () => void systemd.ready(),
    onTurn: systemd.watchdog,
  });
  await aborted(io.signal);
  await systemd.stopping();
  await controller.stop();
  await store.close();
  return Exit.fine;
};

const settingOf = ({ agent, controller, ec2, pool, slack, pages }: Config, log: Log): ControllerSetting => ({
  id: controller.id ?? `${hostname()}-${process.pid}`,
  mode: controller.mode,
  leaseMs: controller.lease,
  roundMs: controller.rounds,
  urlRules: pool,
  ec2: {
    endpoint: ec2.endpoint,
    region: ec2.region ?? (() => thisMachine(agent, { clock: systemClock }).region({ deadlineMs: 5_000 })),
  },
  ...(slack === undefined ? {} : { slack: slackOf(slack, log) }),
  ...(slack?.mention === undefined ? {} : { delivery: { mention: slack.mention } }),
  ...(pages?.webhook === undefined ? {} : { webhook: webhookOf(pages.webhook, log) }),
});

/** Without a key every page is refused; they wait until somebody gives the controller one. */
const webhookOf = ({ url, key }: WebhookAccess, log: Log): WebhookOptions => {
  if (key === undefined)
    log.error('pager-key-missing', { hint: 'set DOCTOR_MONKEY_PAGER_KEY or pages.webhook.keyFile' });
  return { url, key: key?.reveal() ?? '' };
};

/** Without a token Slack refuses every message; they wait in the outbox until somebody gives the controller one. */
const slackOf = ({ token, channel, apiUrl }: NonNullable<Config['slack']>, log: Log): SlackOptions => {
  if (token === undefined) log.error('slack-token-missing', { hint: 'set SLACK_BOT_TOKEN or slack.tokenFile' });
  return { channel, apiUrl, token: token?.reveal() ?? '' };
};

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

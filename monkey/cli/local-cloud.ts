import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { InvalidArgumentError } from 'commander';
import type { LocalCloud } from '../../infra/local-cloud/local-cloud.ts';
import type { Unit } from '../../infra/local-cloud/machine/unit.ts';
import { startLocalCloud } from '../../infra/local-cloud/start.ts';
import { parseMs } from '../../pool/units.ts';
import { CommandFailed, type CommandModule, Exit, type Io } from './command.ts';
import { createLog } from './log.ts';

interface Options {
  readonly nodes: number;
  readonly bootTime: number;
  readonly cpus: number;
  readonly port: number;
  readonly json?: boolean;
}

const answeringDeadlineMs = 30_000;

export const configure: CommandModule['configure'] = (command, io, done) => {
  command
    .option('--nodes <n>', 'instances that run the sample app', count(0, 64), 4)
    .option('--boot-time <duration>', 'how long a boot takes', bootTime, 3000)
    .option('--cpus <n>', 'CPUs that each instance declares', count(1, 1024), 2)
    .option('--port <n>', "port of EC2's and Slack's API; 0: the system chooses", count(0, 65_535), 0)
    .option('--json', 'for programs: one line once all is ready')
    .action(async (options: Options) => done(await runUntilStopped(options, io)));
};

const runUntilStopped = async (options: Options, io: Io): Promise<Exit> => {
  const cloud = await start(options, io);
  try {
    await cloud.untilAnswering({ deadlineMs: answeringDeadlineMs, signal: io.signal }).catch((error: unknown) => {
      if (!io.signal.aborted) throw new CommandFailed('the sample app does not answer', Exit.bad, { cause: error });
    });
    if (io.signal.aborted) return Exit.fine;
    io.out.write(options.json === true ? `${JSON.stringify(forPrograms(cloud))}\n` : forPeople(cloud));
    await aborted(io.signal);
    return Exit.fine;
  } finally {
    await cloud.stop();
  }
};

const start = async ({ nodes, bootTime: bootMs, cpus, port }: Options, io: Io): Promise<LocalCloud> => {
  const app = appUnit();
  const log = createLog({ level: 'info', name: 'local-cloud' }, io.err, io.env);
  const env = { PATH: io.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin' };
  try {
    return await startLocalCloud({ nodes, bootMs, cpus, port, env, units: () => [app] }, { log });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandFailed(`the local cloud does not start: ${reason}`, Exit.bad, { cause: error });
  }
};

/** The sample app as it was built, beside the command or, when that runs from source, in dist. */
const appUnit = (): Unit => {
  const built = ['./app.js', '../app.js', '../../dist/app.js'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  const app = built.find((file) => existsSync(file));
  if (app === undefined) throw new CommandFailed('the sample app is not built; scripts/setup builds it', Exit.usage);
  return { name: 'app', command: process.execPath, args: [app] };
};

const forPrograms = (cloud: LocalCloud): unknown => ({
  ec2: cloud.ec2Url,
  slack: cloud.slackUrl,
  region: cloud.region,
  accessKeyId: cloud.accessKeyId,
  secretAccessKey: cloud.secretAccessKey,
  instances: cloud.instances.map(({ id, url, imds }) => ({ id, url, imds })),
  slackToken: cloud.slackToken,
  slackChannel: cloud.slackChannel.id,
  pager: cloud.pagerUrl,
  pagerKey: cloud.pagerKey,
});

/** In a form that can be pasted into a shell, for the AWS CLI. */
const forPeople = (cloud: LocalCloud): string => `
export AWS_ENDPOINT_URL_EC2=${cloud.ec2Url}
export AWS_DEFAULT_REGION=${cloud.region}
export AWS_ACCESS_KEY_ID=${cloud.accessKeyId}
export AWS_SECRET_ACCESS_KEY=${cloud.secretAccessKey}
aws --endpoint-url "$AWS_ENDPOINT_URL_EC2" ec2 describe-instances

Slack   ${cloud.slackUrl}   token ${cloud.slackToken}   channel #${cloud.slackChannel.name}
Pager   ${cloud.pagerUrl}   key ${cloud.pagerKey}
Faults  ${cloud.ec2Url}/_local/faults

${cloud.instances.map(({ id, url, imds }) => `${id}   ${url}   imds ${imds}`).join('\n')}

Ctrl-C ends it and all that it started.
`;

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

const count =
  (least: number, most: number) =>
  (text: string): number => {
    const number = Number(text);
    if (text.trim() !== '' && Number.isInteger(number) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };

const bootTime = (text: string): number => {
  const ms = parseMs(text);
  if (ms !== undefined && ms <= 3_600_000) return ms;
  throw new InvalidArgumentError('It must be a duration of at most an hour, like 3s.');
};

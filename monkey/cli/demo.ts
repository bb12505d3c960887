/** `monkey demo`: the whole system on this machine, made sick on purpose and healed before your eyes. */
import { writeFile } from 'node:fs/promises';
import { InvalidArgumentError } from 'commander';
import { formatShare } from '../../pool/units.ts';
import { CommandFailed, type CommandModule, Exit, type Io } from './command.ts';
import { type PlayOptions, play } from './demo/play.ts';
import type { Report } from './demo/report.ts';
import { newScreen, type Screen } from './demo/screen.ts';
import { type Stage, startStage } from './demo/stage.ts';
import { startWatcher, type Watcher } from './demo/watcher.ts';

interface Options {
  readonly once?: true;
  readonly report?: string;
  readonly nodes: number;
  readonly rate: number;
}

export const configure: CommandModule['configure'] = (command, io, done) => {
  command
    .option('--once', 'end when all acts have been played, instead of staying up')
    .option('--report <file>', 'write what was seen to this file, as JSON')
    .option('--nodes <n>', 'how many nodes', wholeNumber(3, 16), 4)
    .option('--rate <n>', 'requests a second that the client sends', wholeNumber(1, 2_000), 300)
    .action(async (options: Options) => done(await demo(options, io)));
};

const demo = async (options: Options, io: Io): Promise<Exit> => {
  const startedMs = performance.now();
  const screen = newScreen(io);
  let stage: Stage | undefined;
  let watcher: Watcher | undefined;
  try {
    stage = await startStage({ nodes: options.nodes, env: io.env, signal: io.signal, onProgress: screen.tell });
    watcher = startWatcher(stage, startedMs, screen.tell, io.signal);
    const report = await playTo(screen, stage, watcher, { perSecond: options.rate, startedMs, signal: io.signal });
    if (options.report !== undefined) await writeFile(options.report, `${JSON.stringify(report, null, 2)}\n`);
    screen.close();
    io.out.write(summary(report));
    if (options.once !== true) await stayUp(stage, io);
    return report.ok ? Exit.fine : Exit.bad;
  } catch (error) {
    screen.close();
    if (io.signal.aborted) return Exit.fine;
    throw new CommandFailed(`the demo broke off: ${error instanceof Error ? error.message : String(error)}`, Exit.bad, {
      cause: error,
    });
  } finally {
    await watcher?.stop();
    await stage?.stop();
  }
};

/** Plays with the live view on; a signal ends the play at once. */
const playTo = async (
  screen: Screen,
  stage: Stage,
  watcher: Watcher,
  how: Omit<PlayOptions, 'onAct'>,
): Promise<Report> => {
  let act = '';
  const stopDrawing = screen.draw(() => watcher.scene(act));
  const onAct = (title: string): void => {
    act = title;
    screen.tell(title);
  };
  try {
    return await play(stage, watcher, { ...how, onAct });
  } finally {
    stopDrawing();
  }
};

const summary = ({ ok, missing, requests, heals, slack, allHot }: Report): string => {
  const lines = [
    ...heals.flatMap(({ node, act, steps, checks, hottest }) => [
      `healed  ${node} (${act}) in ${seconds(steps)} s: ${steps.map(({ name }) => name).join(' → ')}, ${String(checks.filter((check) => check.ok).length)} checks passed`,
      ...hottest.map(({ share, frame }) => `        ${formatShare(share)} in ${frame}`),
    ]),
    `spared  ${allHot.treated.length === 0 ? 'every node' : `all but ${allHot.treated.join(', ')}`} (${allHot.act}): ${allHot.refusals[0]?.split('\n')[0] ?? 'nobody said why'}`,
    `client  ${requests.sent.toLocaleString('en')} requests, ${String(requests.failed)} failed, ${String(requests.retried)} retried by the proxy, p50 ${requests.p50Ms.toFixed(1)} ms, p99 ${requests.p99Ms.toFixed(1)} ms`,
    `Slack   ${String(slack.messages)} messages`,
    ...missing.map((what) => `MISSING ${what}`),
    ok ? 'All that the demo claims was observed.' : 'Not all that the demo claims was observed.',
  ];
  return `${lines.join('\n')}\n`;
};

const seconds = (steps: Report['heals'][number]['steps']): string =>
  (Math.max(0, (steps.at(-1)?.atMs ?? 0) - (steps[0]?.atMs ?? 0)) / 1_000).toFixed(1);

const stayUp = async ({ proxyUrl, proxyAdminUrl, cloud, redisUrl = '' }: Stage, { out, signal }: Io): Promise<void> => {
  out.write(`
The system stays up:
  the app, through the proxy   ${proxyUrl}/
  members, metrics, health     ${proxyAdminUrl}/members
  the pool                     npx monkey nodes --redis ${redisUrl} --pool demo
  live                         npx monkey watch --redis ${redisUrl} --pool demo
  make a node sick             curl -m 1 ${cloud.instances[0]?.url ?? ''}/spin
Ctrl-C ends it and all that it started.
`);
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
};

const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const number = Number(text);
    if (text.trim() !== '' && Number.isInteger(number) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`It must be a whole number from ${String(least)} to ${String(most)}.`);
  };

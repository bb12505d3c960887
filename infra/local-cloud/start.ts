/*
 * INVARIANTS
 * - Whatever is started here is ended by `stop`, also where the start itself fails half way.
 * - Keys and tokens are made at random at the start and stand nowhere else.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Handler, jsonReply, serve } from './http/serve.ts';
import type { LocalCloud } from './local-cloud.ts';
import { type Log, reasonOf, silentLog } from './log.ts';
import { startGuardian } from './machine/guardian.ts';
import { type LocalCloudOptions, type LocalCloudPorts, type Settings, settingsFrom } from './options.ts';
import { makeParts, type Parts, type Place } from './parts.ts';
import { routeWith } from './route.ts';
import { viewOf } from './view.ts';

const bodyBytesAtMost = 20 * 1024 * 1024;

/**
 * Starts a region on this machine and resolves once its first instances have booted. Rejects, leaving nothing behind,
 * where it can't. Who dies without calling `stop` leaves nothing behind either: see startGuardian.
 */
export const startLocalCloud = async (
  options: LocalCloudOptions,
  { log }: LocalCloudPorts = { log: silentLog },
): Promise<LocalCloud> => {
  const endings: (() => Promise<void>)[] = [];
  const stop = onlyOnce(() => endAll(endings.reverse()));
  try {
    const settings = settingsFrom(options);
    const { place, answerWith } = await findPlace(settings, log, endings);
    const parts = makeParts(place, settings, log);
    endings.push(() => endOf(parts));
    answerWith(routeWith(parts));
    await launchFirst(parts);
    return viewOf(place.url, parts, stop);
  } catch (error) {
    await stop();
    throw error;
  }
};

/** A folder, somebody who watches over it, and a port; the last ones of them end first. */
const findPlace = async (
  { port }: Settings,
  log: Log,
  endings: (() => Promise<void>)[],
): Promise<{ readonly place: Place; readonly answerWith: (handler: Handler) => void }> => {
  const marker = `LOCAL_CLOUD_MACHINE=${randomUUID()}/`;
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'local-cloud-')));
  endings.push(() => rm(folder, { recursive: true, force: true }));
  const guardian = await startGuardian(marker, folder);
  endings.push(guardian.dismiss);
  let handler: Handler = () => jsonReply(503, { error: 'the local cloud is starting' });
  const served = await serve((asked) => handler(asked), {
    port,
    bodyBytesAtMost,
    onBug: (error) => log.error('local-cloud-bug', { error: reasonOf(error) }),
  });
  endings.push(served.close);
  return {
    place: { url: served.url, folder, marker },
    answerWith: (next) => {
      handler = next;
    },
  };
};

const launchFirst = async ({ settings, region }: Parts): Promise<void> => {
  for (let index = 0; index < settings.nodes; index += 1) {
    const { service, pool, firstBootMs } = settings;
    const launched = await region.launch({
      count: 1,
      imageId: 'ami-0local0cloud00000',
      type: 't3.micro',
      cpus: settings.cpus,
      tags: { Name: `${service}-${index + 1}`, service, pool, 'doctor-monkey:pool': pool, ...settings.tags(index) },
      firstBootMs,
    });
    if (launched.kind === 'too-many') throw new Error(`a local cloud has at most ${launched.most} instances`);
  }
  await Promise.all(region.all().map(({ machine }) => machine.settled()));
  const unbooted = region.all().filter(({ machine }) => machine.group === undefined);
  if (unbooted.length > 0) throw new Error(`not booted: ${unbooted.map(({ id }) => id).join(', ')}; see the log`);
};

/** One that fails does not keep the others from ending. */
const endAll = async (endings: readonly (() => Promise<void>)[]): Promise<void> => {
  const errors: unknown[] = [];
  for (const end of endings) await end().catch((error: unknown) => errors.push(error));
  if (errors.length > 0) throw new AggregateError(errors, 'the local cloud did not end cleanly');
};

/** Machines first, so that no fault that ends here brings one of them back. */
const endOf = async ({ region, faults, ending }: Parts): Promise<void> => {
  ending.abort();
  await region.end();
  faults.undoAll();
};

const onlyOnce = (act: () => Promise<void>): (() => Promise<void>) => {
  let acted: Promise<void> | undefined;
  return () => (acted ??= act());
};

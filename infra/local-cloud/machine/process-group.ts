/*
 * INVARIANTS
 * - After `end` nothing that the group started is alive, in whatever session it hid.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { until } from '../wait.ts';
import { type Belonging, processesOf } from './processes.ts';

export interface GroupSpec {
  readonly script: string;
  readonly folder: string;
  readonly marker: string;
  readonly env: Readonly<Record<string, string>>;
  /** What init says of its units, a line at a time. */
  readonly onLine: (line: string) => void;
}

const sweepDeadlineMs = 10_000;

/** Everything that runs on a machine between two boots: one session, one process group, and who strayed from it. */
export class ProcessGroup {
  readonly #init: ChildProcess;
  readonly #belonging: Belonging;

  private constructor(init: ChildProcess, belonging: Belonging) {
    this.#init = init;
    this.#belonging = belonging;
  }

  /** Starts init as the leader of a new session; rejects if there is no shell to be had. */
  static async start({ script, folder, marker, env, onLine }: GroupSpec): Promise<ProcessGroup> {
    const console = openSync(join(folder, 'console.log'), 'a');
    const init = spawn('/bin/sh', [script], {
      cwd: folder,
      detached: true,
      env: { ...env, [markerName(marker)]: markerValue(marker) },
      stdio: ['ignore', console, console, 'pipe'],
    });
    closeSync(console);
    await new Promise<void>((resolve, reject) => {
      init.once('spawn', resolve);
      init.once('error', reject);
    });
    const said = init.stdio[3];
    if (said !== undefined && said !== null && 'read' in said) createInterface({ input: said }).on('line', onLine);
    return new ProcessGroup(init, { marker, folder, group: init.pid });
  }

  /** Process id of init, which is also the id of its group and session. */
  get id(): number {
    return this.#init.pid ?? 0;
  }

  /** SIGTERM to all, up to `graceMs` to obey, then SIGKILL until nobody is left. */
  async end(graceMs: number): Promise<void> {
    if (graceMs > 0) {
      for (const pid of processesOf(this.#belonging)) send(pid, 'SIGTERM');
      await until(() => !this.#groupLives(), { deadlineMs: graceMs, everyMs: 20 });
    }
    await this.#killAll();
  }

  #groupLives(): boolean {
    return send(-this.id, 0);
  }

  async #killAll(): Promise<void> {
    send(-this.id, 'SIGKILL');
    const killed = await until(() => killFound(this.#belonging) === 0, { deadlineMs: sweepDeadlineMs, everyMs: 10 });
    if (killed === 'too-late') throw new Error(`processes of group ${this.id} do not die`);
  }
}

/** Asked again until none is found: one may have forked while we looked. */
const killFound = (belonging: Belonging): number => {
  const found = processesOf(belonging);
  for (const pid of found) send(pid, 'SIGKILL');
  return found.length;
};

const send = (pid: number, signal: NodeJS.Signals | 0): boolean => {
  try {
    return process.kill(pid, signal);
  } catch {
    // It is gone already.
    return false;
  }
};

const markerName = (marker: string): string => marker.slice(0, marker.indexOf('='));
const markerValue = (marker: string): string => marker.slice(marker.indexOf('=') + 1);

/*
 * INVARIANTS
 * - Orders run one after another; a newer one ends the waits of those before it and takes over from there.
 * - At most one process group of a machine is alive, and none once it is off.
 * - Every boot has a boot id of its own, written before the first unit starts.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Log, reasonOf } from '../log.ts';
import { sleep } from '../wait.ts';
import { initScript } from './init-script.ts';
import type { BootPlan, InstanceState, LifeEvent, Refusal } from './life.ts';
import { ProcessGroup } from './process-group.ts';
import type { Unit } from './unit.ts';

export interface MachineSpec {
  readonly id: string;
  readonly folder: string;
  readonly marker: string;
  readonly env: Readonly<Record<string, string>>;
  readonly units: readonly Unit[];
  /** How long a unit has to obey SIGTERM when the machine goes down. */
  readonly graceMs: number;
}

export interface MachinePorts {
  readonly log: Log;
  readonly planBoot: (id: string) => BootPlan;
  readonly onLife: (event: LifeEvent) => void;
}

type Because = Extract<LifeEvent, { kind: 'stopping' }>['because'];
type Happening<Kind extends LifeEvent['kind'] = LifeEvent['kind']> = Kind extends unknown
  ? Omit<Extract<LifeEvent, { kind: Kind }>, 'instance' | 'atMs'>
  : never;

/** The power, the folder and the processes of one instance, and the state that EC2 reports of it. */
export class Machine {
  readonly spec: MachineSpec;
  readonly #ports: MachinePorts;
  #state: InstanceState = 'pending';
  #bootId: string | undefined;
  #group: ProcessGroup | undefined;
  /** When it was last told to boot, and when it last had; monotonic. */
  #orderedMs = performance.now();
  #bootedMs: number | undefined;
  #order = new AbortController();
  #done: Promise<void> = Promise.resolve();

  constructor(spec: MachineSpec, ports: MachinePorts) {
    this.spec = spec;
    this.#ports = ports;
  }

  get state(): InstanceState {
    return this.#state;
  }

  get bootId(): string | undefined {
    return this.#bootId;
  }

  /** The process group of the present boot; undefined while the machine is off. */
  get group(): number | undefined {
    return this.#group?.id;
  }

  /** Since when it has been up, or else down, in milliseconds ago. */
  get reach(): { readonly up: boolean; readonly sinceMs: number } {
    const up = this.#bootedMs !== undefined;
    return { up, sinceMs: performance.now() - (this.#bootedMs ?? this.#orderedMs) };
  }

  /** Resolves once every order given so far has been carried out, or been overtaken by a later one. */
  settled(): Promise<void> {
    return this.#done;
  }

  /** The first boot. Without `bootMs` the machine's plan says how long it takes. */
  launch(bootMs?: number): void {
    this.#give(async (signal) => this.#boot(signal, bootMs));
  }

  /** Accepts while the machine is `running`, which it goes on being all the time. */
  reboot(): Refusal | undefined {
    if (this.#state !== 'running') return this.#refuse();
    this.#give(async (signal) => {
      await this.#goDown('reboot', this.spec.graceMs);
      await this.#boot(signal);
    });
    return undefined;
  }

  stop({ force }: { force: boolean }): Refusal | undefined {
    if (this.#state === 'stopped' || this.#state === 'stopping') return undefined;
    if (this.#state !== 'running' && this.#state !== 'pending') return this.#refuse();
    this.#state = 'stopping';
    this.#give(async (signal) => {
      await this.#goDown('stop', force ? 0 : this.spec.graceMs);
      if (!signal.aborted) this.#state = 'stopped';
    });
    return undefined;
  }

  start(): Refusal | undefined {
    if (this.#state === 'running' || this.#state === 'pending') return undefined;
    if (this.#state !== 'stopped') return this.#refuse();
    this.#state = 'pending';
    this.#give(async (signal) => this.#boot(signal));
    return undefined;
  }

  terminate(because: 'terminate' | 'cloud-ends' = 'terminate'): void {
    if (this.#state === 'terminated' || this.#state === 'shutting-down') return;
    this.#state = 'shutting-down';
    this.#give(async () => {
      await this.#goDown(because, this.spec.graceMs);
      await rm(this.spec.folder, { recursive: true, force: true });
      this.#state = 'terminated';
    });
  }

  /** All ends at once and nothing comes back by itself; EC2 goes on saying `running`, as it would. */
  losePower(): void {
    if (this.#state !== 'running') return;
    this.#give(async () => this.#goDown('power-loss', 0));
  }

  /** The power is back. Does nothing to a machine that is up, or was stopped meanwhile. */
  restorePower(): void {
    if (this.#state === 'running' && this.#group === undefined) this.#give(async (signal) => this.#boot(signal));
  }

  /** Starts units that the last boot left out. */
  async unmask(units: readonly string[]): Promise<void> {
    for (const unit of units) await rm(this.#file('units', `${unit}.masked`), { force: true });
  }

  #give(order: (signal: AbortSignal) => Promise<void>): void {
    this.#order.abort();
    this.#order = new AbortController();
    const { signal } = this.#order;
    this.#orderedMs = performance.now();
    this.#bootedMs = undefined;
    this.#done = this.#done
      .then(() => (signal.aborted ? undefined : order(signal)))
      .catch((error: unknown) => this.#failed(error));
  }

  #refuse(): Refusal {
    return { kind: 'incorrect-state', state: this.#state };
  }

  async #goDown(because: Because, graceMs: number): Promise<void> {
    this.#tell({ kind: 'stopping', because });
    if (graceMs > 0) await writeFile(this.#file('shutting-down'), '');
    await this.#group?.end(graceMs);
    this.#group = undefined;
    for (const file of this.#pidFiles()) await rm(file, { force: true });
    this.#tell({ kind: 'off' });
  }

  async #boot(signal: AbortSignal, bootMsAtFirst?: number): Promise<void> {
    this.#tell({ kind: 'booting' });
    const plan = this.#ports.planBoot(this.spec.id);
    if (plan.kind === 'never') {
      this.#state = 'running';
      this.#tell({ kind: 'never-returns' });
      await untilEither(signal, plan.undone);
      if (!signal.aborted) await this.#boot(signal);
      return;
    }
    await this.#comeUp(bootMsAtFirst ?? plan.bootMs, signal);
    if (signal.aborted) return;
    await this.#startUnits(plan.without);
  }

  /** EC2 says `running` when the machine has power; that its system has booted takes the other half of the time. */
  async #comeUp(bootMs: number, signal: AbortSignal): Promise<void> {
    await sleep(bootMs / 2, signal);
    if (signal.aborted) return;
    this.#state = 'running';
    await sleep(bootMs / 2, signal);
  }

  async #startUnits(without: readonly string[]): Promise<void> {
    const { folder, marker, env, units } = this.spec;
    const bootIdBefore = this.#bootId;
    const bootId = randomUUID();
    await this.#prepareFolder(bootId);
    await this.#maskOnly(without);
    this.#bootId = bootId;
    const script = this.#file('init.sh');
    await writeFile(script, initScript(units));
    this.#group = await ProcessGroup.start({ script, folder, marker, env, onLine: (line) => this.#heard(line) });
    this.#bootedMs = performance.now();
    this.#tell({ kind: 'booted', bootId, bootIdBefore });
  }

  async #prepareFolder(bootId: string): Promise<void> {
    await mkdir(this.#file('units'), { recursive: true });
    await rm(this.#file('shutting-down'), { force: true });
    await writeFile(this.#file('boot_id'), `${bootId}\n`);
    const kept = this.spec.units.map(({ name }) => this.#file('units', `${name}.log`));
    for (const log of [...kept, this.#file('console.log')]) {
      // The last boot's log is kept; at the first boot there is none.
      await rename(log, `${log}.1`).catch(() => undefined);
    }
  }

  async #maskOnly(without: readonly string[]): Promise<void> {
    await this.unmask(this.spec.units.map(({ name }) => name));
    for (const unit of without) await writeFile(this.#file('units', `${unit}.masked`), '');
  }

  #pidFiles(): readonly string[] {
    return [this.#file('init.pid'), ...this.spec.units.map(({ name }) => this.#file('units', `${name}.pid`))];
  }

  #heard(line: string): void {
    const [word, unit = '', status = ''] = line.split(' ');
    if (word === 'start') this.#tell({ kind: 'unit-started', unit });
    if (word === 'exit') this.#tell({ kind: 'unit-ended', unit, status: Number(status) });
  }

  #failed(error: unknown): void {
    this.#ports.log.error('machine-failed', { instance: this.spec.id, error: reasonOf(error) });
  }

  #tell(happening: Happening): void {
    this.#ports.onLife({ ...happening, instance: this.spec.id, atMs: Date.now() });
  }

  #file(...path: readonly string[]): string {
    return join(this.spec.folder, ...path);
  }
}

const untilEither = (one: AbortSignal, other: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const either = AbortSignal.any([one, other]);
    if (either.aborted) resolve();
    else either.addEventListener('abort', () => resolve(), { once: true });
  });

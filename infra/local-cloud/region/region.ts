/*
 * INVARIANTS
 * - An id belongs to one instance for ever; its port and its folder are its own from launch to termination.
 * - A launch with the client token of an earlier one launches nothing.
 */
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Served } from '../http/serve.ts';
import { loopback } from '../http/serve.ts';
import type { Log } from '../log.ts';
import type { BootPlan, LifeEvent } from '../machine/life.ts';
import { Machine } from '../machine/machine.ts';
import { reservePort } from '../machine/ports.ts';
import type { Unit } from '../machine/unit.ts';
import { filesOf, type Instance, type InstanceFacts } from './instance.ts';
import { cpusOfType, type LaunchOrder, type Wishes, wishesIn } from './launch-order.ts';

export interface RegionSpec {
  readonly name: string;
  readonly ownerId: string;
  readonly folder: string;
  /** Stands in the environment of all that runs on any machine, followed by the instance's id. */
  readonly marker: string;
  readonly ec2Url: string;
  readonly slackUrl: string;
  readonly cpus: number;
  readonly graceMs: number;
  readonly instancesAtMost: number;
  readonly env: Readonly<Record<string, string>>;
  readonly unitsOf: (facts: InstanceFacts) => readonly Unit[];
}

export interface RegionPorts {
  readonly log: Log;
  readonly planBoot: (instance: Instance) => BootPlan;
  readonly onLife: (event: LifeEvent) => void;
  readonly serveImds: (instanceOf: () => Instance | undefined) => Promise<Served>;
}

export type Launched =
  | { readonly kind: 'launched'; readonly instances: readonly Instance[] }
  | { readonly kind: 'too-many'; readonly most: number };

/** Terminated instances can be described for an hour, as in EC2. */
const rememberedForMs = 3_600_000;

export class Region {
  readonly spec: RegionSpec;
  readonly #ports: RegionPorts;
  readonly #instances = new Map<string, Instance>();
  readonly #launches = new Map<string, Promise<readonly Instance[]>>();
  readonly #terminatedAtMs = new Map<string, number>();
  #launchedInAll = 0;

  constructor(spec: RegionSpec, ports: RegionPorts) {
    this.spec = spec;
    this.#ports = ports;
  }

  /** In the order of their launch. */
  all(): readonly Instance[] {
    this.#forgetOld();
    return [...this.#instances.values()];
  }

  find(id: string): Instance | undefined {
    return this.#instances.get(id);
  }

  async launch(order: LaunchOrder): Promise<Launched> {
    const { clientToken } = order;
    const earlier = clientToken === undefined ? undefined : this.#launches.get(clientToken);
    if (earlier !== undefined) return { kind: 'launched', instances: await earlier };
    const alive = this.all().filter(({ machine }) => machine.state !== 'terminated').length;
    if (alive + order.count > this.spec.instancesAtMost) return { kind: 'too-many', most: this.spec.instancesAtMost };
    const launching = this.#launchAll(order);
    if (clientToken !== undefined) this.#launches.set(clientToken, launching);
    return { kind: 'launched', instances: await launching };
  }

  terminate(instance: Instance): void {
    instance.machine.terminate();
    if (!this.#terminatedAtMs.has(instance.id)) this.#terminatedAtMs.set(instance.id, Date.now());
    void this.#released(instance);
  }

  /** Ends every machine, and resolves once nothing of them is left. */
  async end(): Promise<void> {
    const all = [...this.#instances.values()];
    for (const { machine } of all) machine.terminate('cloud-ends');
    await Promise.all(all.map((instance) => this.#released(instance)));
  }

  async #launchAll(order: LaunchOrder): Promise<readonly Instance[]> {
    const reservationId = `r-${hex(17)}`;
    const instances: Instance[] = [];
    for (let launchIndex = 0; launchIndex < order.count; launchIndex += 1)
      instances.push(await this.#make(order, reservationId, launchIndex));
    for (const { machine } of instances) machine.launch(order.firstBootMs);
    return instances;
  }

  async #make(order: LaunchOrder, reservationId: string, launchIndex: number): Promise<Instance> {
    const id = `i-${hex(17)}`;
    const index = this.#launchedInAll++;
    const wishes = wishesIn(order.userData);
    const cpus = wishes.cpus ?? order.cpus ?? cpusOfType(order.type) ?? this.spec.cpus;
    const { port, release } = await reservePort();
    const imds = await this.#ports.serveImds(() => this.#instances.get(id));
    const url = `http://${loopback}:${port}`;
    const machine = await this.#machine(wishes, { id, index, cpus, port, url, imds: imds.url, tags: order.tags });
    const instance: Instance = {
      id,
      index,
      reservationId,
      launchIndex,
      imageId: order.imageId,
      type: order.type,
      cpus,
      clientToken: order.clientToken,
      launchedAtMs: Date.now(),
      userData: order.userData,
      bootMs: wishes.bootMs,
      tags: new Map(Object.entries(order.tags)),
      machine,
      port,
      url,
      imds: imds.url,
      release: async () => {
        await Promise.all([release(), imds.close()]);
      },
    };
    this.#instances.set(id, instance);
    return instance;
  }

  async #machine(
    wishes: Wishes,
    known: Pick<InstanceFacts, 'id' | 'index' | 'cpus' | 'port' | 'url' | 'imds' | 'tags'>,
  ): Promise<Machine> {
    const { name: region, ec2Url, slackUrl, marker, graceMs, unitsOf } = this.spec;
    const files = filesOf(join(this.spec.folder, known.id));
    await mkdir(files.machineDir, { recursive: true });
    const facts: InstanceFacts = { ...known, ...files, region, ec2Url, slackUrl };
    return new Machine(
      {
        id: known.id,
        folder: files.machineDir,
        marker: `${marker}${known.id}`,
        env: { ...this.spec.env, ...environmentOf(facts), ...wishes.env },
        units: wishes.units ?? unitsOf(facts),
        graceMs,
      },
      {
        log: this.#ports.log,
        onLife: this.#ports.onLife,
        planBoot: (id) => this.#planBoot(id),
      },
    );
  }

  #planBoot(id: string): BootPlan {
    const instance = this.#instances.get(id);
    if (instance === undefined) throw new Error(`${id} boots before it exists`);
    return this.#ports.planBoot(instance);
  }

  async #released(instance: Instance): Promise<void> {
    await instance.machine.settled();
    await instance.release();
  }

  #forgetOld(): void {
    for (const [id, atMs] of this.#terminatedAtMs) {
      if (Date.now() - atMs < rememberedForMs) continue;
      this.#terminatedAtMs.delete(id);
      const { clientToken } = this.#instances.get(id) ?? {};
      if (clientToken !== undefined) this.#launches.delete(clientToken);
      this.#instances.delete(id);
    }
  }
}

/** What each unit finds in its environment. The names that begin with AWS are those that the SDKs look for. */
const environmentOf = (facts: InstanceFacts): Readonly<Record<string, string>> => ({
  HOME: facts.machineDir,
  HOST: loopback,
  PORT: String(facts.port),
  NODE_ID: facts.id,
  BOOT_ID_FILE: facts.bootIdFile,
  MACHINE_DIR: facts.machineDir,
  MACHINE_CPUS: String(facts.cpus),
  AWS_REGION: facts.region,
  AWS_EC2_METADATA_SERVICE_ENDPOINT: facts.imds,
  AWS_ENDPOINT_URL_EC2: facts.ec2Url,
});

const hex = (digits: number): string => randomBytes(digits).toString('hex').slice(0, digits);

/*
 * Keeps the members: hears the pool, remembers them on disk, probes those that are only remembered.
 *
 * INVARIANTS
 * - What the pool says is applied before the call that brings it returns.
 * - Members that are kept are probed until they are let go, one probe each at a time.
 */
import type { Clock } from '../pool/clock.ts';
import type { Log } from '../pool/log.ts';
import type { UrlRules } from '../pool/url-allowed.ts';
import { afterPool, afterProbe, afterTime, fromSnapshot, type Known, nothingKnown, usableKept } from './known.ts';
import { type Membership, membershipOf, type PoolState } from './members.ts';
import type { Snapshot, SnapshotWriter } from './snapshot-file.ts';

export interface KeeperParts {
  readonly rules: UrlRules;
  readonly clock: Clock;
  readonly log: Log;
  /** Does something listen there? Never rejects. */
  readonly probe: (url: string, signal: AbortSignal) => Promise<boolean>;
  readonly writer?: SnapshotWriter | undefined;
  readonly onChange: (membership: Membership, slowStartMs: number) => void;
}

const probeEveryMs = 2_000;
/** An unchanged snapshot is written again this often, so that it does not grow old while all is well. */
const rememberEveryMs = 600_000;

export class Keeper {
  readonly #parts: KeeperParts;
  readonly #stopping = new AbortController();
  #known: Known = nothingKnown;
  #membership: Membership = { members: [], drains: [], ignored: [] };
  #remembered = '';
  #rememberedAtMs = 0;
  #namedIgnored: ReadonlySet<string> = new Set();
  #probing: Promise<void> | undefined;
  readonly #remembering: Promise<void>;

  constructor(parts: KeeperParts) {
    this.#parts = parts;
    this.#remembering = this.#stayRemembered();
  }

  get membership(): Membership {
    return this.#membership;
  }

  get pool(): PoolState | undefined {
    return this.#known.pool;
  }

  /** Members that are used, or may be used, although the pool does not name them. */
  get kept(): number {
    return this.#known.kept.length;
  }

  /** Starts from what was remembered. */
  remember({ members, epoch }: Snapshot): void {
    if (this.#known.pool === undefined) this.#become(fromSnapshot(members, epoch));
  }

  heard(pool: PoolState): void {
    const before = this.#known;
    const nowMs = this.#parts.clock.monotonicMs();
    const known = afterPool(before, pool, this.#membership.members, nowMs);
    if (known.lostAtMs !== undefined && known.lostAtMs !== before.lostAtMs)
      this.#parts.log.error('pool-lost', {
        ...{ epoch: pool.epoch, before: known.keptEpoch, kept: known.kept.length },
        ...(pool.nodesUnread === true ? { because: 'the nodes cannot be read' } : {}),
      });
    this.#become(known);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([this.#probing, this.#remembering]);
    await this.#parts.writer?.settled();
  }

  #become(known: Known): void {
    if (this.#stopping.signal.aborted) return;
    const nowMs = this.#parts.clock.monotonicMs();
    const before = { members: this.#membership.members, hadPool: this.#known.pool !== undefined, nowMs };
    const alone = membershipOf(known.pool, [], before, this.#parts.rules);
    this.#known = afterTime(known, alone.members.length, nowMs);
    this.#membership = membershipOf(this.#known.pool, usableKept(this.#known), before, this.#parts.rules);
    this.#nameIgnored();
    this.#parts.onChange(this.#membership, this.#known.pool?.slowStartMs ?? 0);
    this.#save(nowMs);
    if (this.#known.kept.length > 0) this.#probing ??= this.#probeKept();
  }

  /** Each URL that is ignored is named once, not with every event of the pool. */
  #nameIgnored(): void {
    const { ignored } = this.#membership;
    for (const { node, url, because } of ignored)
      if (!this.#namedIgnored.has(`${node} ${url}`)) this.#parts.log.error('node-ignored', { node, url, because });
    this.#namedIgnored = new Set(ignored.map(({ node, url }) => `${node} ${url}`));
  }

  #save(nowMs: number): void {
    const { pool, kept, keptEpoch } = this.#known;
    if (pool === undefined || this.#parts.writer === undefined) return;
    const epoch = kept.length > 0 ? keptEpoch : pool.epoch;
    const { members } = this.#membership;
    const text = JSON.stringify([epoch, members]);
    if (text === this.#remembered && nowMs - this.#rememberedAtMs < rememberEveryMs / 2) return;
    this.#remembered = text;
    this.#rememberedAtMs = nowMs;
    this.#parts.writer.save({ epoch, members });
  }

  async #stayRemembered(): Promise<void> {
    const { clock } = this.#parts;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await clock.sleep(rememberEveryMs, signal);
      this.#save(clock.monotonicMs());
    }
  }

  async #probeKept(): Promise<void> {
    const { clock, probe } = this.#parts;
    const { signal } = this.#stopping;
    while (this.#known.kept.length > 0 && !signal.aborted) {
      const urls = this.#known.kept.map(({ member }) => member.url);
      await Promise.all(urls.map(async (url) => this.#probed(url, await probe(url, signal))));
      await clock.sleep(probeEveryMs, signal);
      this.#become(this.#known);
    }
    this.#probing = undefined;
  }

  #probed(url: string, hasAnswered: boolean): void {
    this.#become(afterProbe(this.#known, url, hasAnswered));
  }
}

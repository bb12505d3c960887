/** What a thousand findings at once came to, in lines for people, and what of it is not as it should be. */
import type { OutboxCounts } from '../../../pool/store.ts';
import type { Finding } from './bench.ts';
import type { RawReads } from './raw-reads.ts';

const mostMs = 5_000;

export interface Told extends OutboxCounts {
  readonly tookMs: number;
}

interface Seen {
  readonly raw: RawReads;
  readonly tookMs: number;
  readonly admitted: number;
  readonly refused: number;
  readonly commits: number;
  readonly conflicts: number;
  /** Of this process: agents, controller and local cloud. */
  readonly cpuMs: number;
  readonly redisCpuMs: number;
  readonly told: Told;
  readonly posts: number;
  readonly limited: number;
  readonly messages: number;
}

export const judged = (name: string, nodes: number, seen: Seen): Finding => {
  const { tookMs, admitted, refused, commits, conflicts, told, posts, limited, messages, raw } = seen;
  const each = (ms: number): string => `${(ms / nodes).toFixed(1)} ms`;
  return {
    lines: [
      `${nodes} findings at once, ${name}:`,
      `  ${admitted} admitted, ${refused} refused, the last answered after ${seconds(tookMs)}; ${commits} commits, ${conflicts} conflicts`,
      `  CPU for each finding: ${each(seen.cpuMs)} here, ${each(seen.redisCpuMs)} of Redis`,
      `  ${told.written} notices written, ${told.delivered} delivered, ${told.waiting} waiting, ${told.lost} lost`,
      `  ${messages} messages in ${posts} calls of Slack, ${limited} limited, the last ${seconds(told.tookMs)} after the answers`,
      `  before it, ${nodes} connections that read the whole pool at once, unparsed: ${seconds(raw.tookMs)}, ${(raw.bytes / 1e6).toFixed(0)} MB, CPU ${each(raw.redisCpuMs)} of Redis each`,
    ],
    missed: missesOf(nodes, seen),
  };
};

const missesOf = (nodes: number, seen: Seen): readonly string[] => {
  const { tookMs, admitted, refused, commits, told, posts, limited } = seen;
  const misses: readonly (readonly [missed: boolean, because: string])[] = [
    [admitted + refused !== nodes, `${admitted + refused} of ${nodes} answered`],
    [tookMs > mostMs, `${nodes} answered in ${seconds(tookMs)}, ${seconds(mostMs)} wanted`],
    [commits > nodes, `${commits} commits for ${nodes} findings`],
    [
      told.waiting > 0 || told.lost > 0 || told.delivered < told.written,
      `${told.waiting} notices wait, ${told.lost} lost, ${told.delivered} of ${told.written} delivered`,
    ],
    [limited > 0, `Slack limited ${limited} of ${posts} calls`],
  ];
  return misses.filter(([missed]) => missed).map(([, because]) => because);
};

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(2)} s`;

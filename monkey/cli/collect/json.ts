/** What programs are told: one object a line. Pure. */
import { targetText } from '../../collect/target.ts';
import type { ToldRound } from './told.ts';

export const collectShape = `
Every round asks each host once, side by side. A host that fails is a row with its reason, never the end of the round; its
cause is logged once, and when it is back. Values are KiB. Kernel threads and zombies, which hold no memory, are not sent.
Without --top, --statsd and --prometheus-file it is only seen whether hosts answer. Encrypted keys: ssh-agent
(SSH_AUTH_SOCK), or their passphrase in DOCTOR_MONKEY_SSH_PASSPHRASE.
Each round also sends how many hosts it asked and how many of them failed: memory_usage_hosts.<this machine>.asked and .failed.
Ends with 0 on Ctrl-C. With --once: 1 where a host failed, the file for Prometheus could not be written or a line is longer
than --max-datagram, or where it was stopped; 3 where all hosts were read and the gauges could not be sent. 3 too where the
pool can't be reached.
JSON: one object a line: {kind: "round", at, tookMs, hosts, read, processes, damagedLines, failed: [{host, stage: resolve |
  connect | host-key | auth | command | answer, because, tookMs}], sent: {lines, datagrams, failedLines, tooLong,
  because | null} | null, written: {file, because | null} | null, biggest: {of, rssKib, commands: [{command, rssKib,
  hosts, processes, biggest: {host, pid, rssKib}}]} | null}, with --canary also canary: {kind: fresh | stale | unreadable |
  waiting, because}; without --once also {kind: "late", at, tookMs, missedTicks}, {kind: "warning" | "over", at, what:
  hosts-not-read-anew | hosts-noted | gauges-not-sent | file-not-written | canary, because | null}, and at the end {kind:
  "end", at, rounds, missedTicks, read, failed,
  failedByStage, damagedLines, sent}, also with --once where it was stopped: with stoppedBy: "SIGINT" | "SIGTERM" and hostsLeft.`;

/** Of a millisecond: more digits tell nothing. */
const tenths = (ms: number): number => Math.round(ms * 10) / 10;

export const roundObject = ({ failed, ...round }: ToldRound): object => ({
  ...{ tookMs: tenths(round.tookMs), hosts: round.hosts, read: round.read },
  ...{ processes: round.processes, damagedLines: round.damagedLines },
  failed: failed.map(({ target, stage, because, tookMs }) => ({
    host: targetText(target),
    stage,
    because,
    tookMs: tenths(tookMs),
  })),
  ...{ sent: round.sent, written: round.written, biggest: round.biggest },
  ...(round.canary !== null && { canary: { kind: round.canary.kind, because: round.canary.because } }),
});

/*
 * How many hosts a round asked, and how many of them failed, as metrics: what else is sent says nothing of a host that is
 * silent. As with the canary they are of each collector its own, since two that share them would cover for each other.
 */
import { hostName, hostTag } from './names.ts';

export interface HostCount {
  readonly asked: number;
  readonly failed: number;
}

/** `memory_usage_hosts.collector-1.asked:50|g`, and `failed`. @param collector the name of the machine that collects */
export const hostsStatsdLines = (
  prefix: string,
  collector: string,
  { asked, failed }: HostCount,
): readonly string[] => {
  const name = `${prefix}_hosts.${hostName(collector)}`;
  return [`${name}.asked:${asked}|g`, `${name}.failed:${failed}|g`];
};

/** `memory_usage_hosts.asked:50|g|#host:collector-1`, and `failed`. */
export const hostsDogstatsdLines = (
  prefix: string,
  collector: string,
  { asked, failed }: HostCount,
): readonly string[] => {
  const name = `${prefix.replace(/-/g, '_')}_hosts`;
  const tag = `#host:${hostTag(collector)}`;
  return [`${name}.asked:${asked}|g|${tag}`, `${name}.failed:${failed}|g|${tag}`];
};

/** `memory_usage_hosts_asked 50`, and `failed`; of which machine is for Prometheus to say, as of all that it reads there. */
export const hostsPrometheusText = (prefix: string, { asked, failed }: HostCount): string => {
  const name = `${prefix.replace(/[^a-z0-9_]/gi, '_')}_hosts`;
  return (
    `# HELP ${name}_asked Hosts that the last round asked.\n# TYPE ${name}_asked gauge\n${name}_asked ${asked}\n` +
    `# HELP ${name}_failed Hosts of these that failed.\n# TYPE ${name}_failed gauge\n${name}_failed ${failed}\n`
  );
};

/** What `monkey collect` takes, as it was typed. What is wrong with it is told all together, by settings.ts. */
import { type Command, Option } from 'commander';

export interface CollectOptions {
  readonly user?: string;
  readonly identity?: readonly string[];
  readonly hosts?: readonly string[];
  readonly hostsFile?: string;
  /** true: the one that the configuration names. */
  readonly pool?: string | true;
  readonly redis?: string;
  readonly config?: string;
  readonly jump?: string;
  readonly sshConfig?: string;
  readonly knownHosts?: readonly string[];
  readonly acceptNew?: true;
  readonly statsd?: string;
  readonly format?: string;
  readonly prefix?: string;
  readonly maxDatagram?: string;
  readonly prometheusFile?: string;
  readonly canary?: true;
  readonly graphite?: string;
  readonly canaryUrl?: string;
  readonly canaryPath?: string;
  readonly canaryWithin?: string;
  readonly by?: string;
  readonly kernelThreads?: true;
  readonly pss?: true;
  readonly top?: string;
  readonly interval?: string;
  readonly once?: true;
  readonly deadline?: string;
  readonly concurrency?: string;
  readonly json?: true;
  readonly output: string;
}

const repeated = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

export const withCollectOptions = (command: Command): Command =>
  withCanary(withOutputs(withSsh(withHosts(command))))
    .option('--interval <duration>', 'from the beginning of one round to the next (default 60s)')
    .option('--once', 'one round, then end')
    .option('--deadline <duration>', 'what a host has for connect, authentication and answer together (default 5s)')
    .option('--concurrency <number>', 'the most hosts that are asked at once (default 64)')
    .option('--json', 'answer in JSON, for programs; the same as --output json')
    .addOption(new Option('--output <format>', 'how to answer').choices(['table', 'json']).default('table'));

const withHosts = (command: Command): Command =>
  command
    .option('--hosts <list>', 'hosts, with commas between: a,ann@b:2222,[::1]:22; may stand several times', repeated)
    .option('--hosts-file <file>', 'hosts, one a line, # begins a comment; read anew for each round')
    .option('--pool [name]', 'the nodes of a pool, by the hosts of their URLs; read anew for each round')
    .option('--redis <url>', 'Redis of the pool; its password comes from DOCTOR_MONKEY_REDIS_PASSWORD')
    .option('--config <file>', 'configuration file that names the pool');

const withSsh = (command: Command): Command =>
  command
    .option('-u, --user <name>', 'who logs in, where a host names nobody')
    .option('-i, --identity <file>', 'private key; may stand several times', repeated)
    .option('-J, --jump <hosts>', 'jump hosts, as ssh -J takes them; none for none')
    .option('-F, --ssh-config <file>', 'read this in place of ~/.ssh/config; none for none')
    .option('--known-hosts <file>', 'trust these host keys alone; may stand several times', repeated)
    .option('--accept-new', 'learn the keys of hosts that are not known yet; a key that has changed is refused');

const withOutputs = (command: Command): Command =>
  command
    .option('--statsd <address>', 'send gauges there over UDP: HOST[:8125]')
    .option('--format <format>', 'how gauges are written for --statsd: statsd (default) or dogstatsd')
    .option('--max-datagram <bytes>', 'no datagram is larger (default 1432)')
    .option('--prometheus-file <file.prom>', "write Prometheus' text there, for node_exporter's textfile collector")
    .option('--prefix <name>', 'what the names of metrics begin with (default memory_usage)')
    .option('--by <what>', 'a gauge for each pid (default), or one for all processes of a command')
    .option('--kernel-threads', 'send processes without memory of their own too: kernel threads (kworker/0:1), zombies')
    .option('--pss', 'measure the proportional share (PSS) too, where it may be read; costs the host more')
    .option('--top <number>', 'show the biggest commands of the fleet');

const withCanary = (command: Command): Command =>
  command
    .option('--canary', 'send a gauge that tells its age, read it back, and say when it does not arrive')
    .option('--graphite <url>', 'where graphite-web is, at whose render API the canary is read back')
    .option('--canary-url <url>', 'read the canary back there instead: a URL that answers with JSON')
    .option('--canary-path <path>', 'the JSONPath of its values in that (default as Graphite renders)')
    .option('--canary-within <duration>', 'how old its newest value may be (default the interval + 90s)');

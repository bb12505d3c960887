/** The table of contents: every command in one line, loaded only when it is asked for. */
import type { CommandModule } from './command.ts';

export interface Entry {
  readonly about: string;
  /** What it stands under in the help. */
  readonly group:
    | 'Daemons'
    | 'The pool'
    | 'The fleet'
    | "A human's hand"
    | 'Evidence'
    | 'Configuration'
    | 'On this machine';
  readonly load: () => Promise<CommandModule>;
}

export const commands: Readonly<Record<string, Entry>> = {
  agent: { group: 'Daemons', about: 'watch this node and heal it', load: () => import('./agent.ts') },
  controller: {
    group: 'Daemons',
    about: 'watch the whole pool, rescue silent nodes, tell Slack',
    load: () => import('./controller.ts'),
  },
  proxy: { group: 'Daemons', about: 'route requests to the serving nodes', load: () => import('./proxy.ts') },

  demo: {
    group: 'On this machine',
    about: 'the whole system on this machine, made sick and healed',
    load: () => import('./demo.ts'),
  },
  'local-cloud': {
    group: 'On this machine',
    about: 'a region on this machine: EC2, Slack and instances',
    load: () => import('./local-cloud.ts'),
  },

  nodes: { group: 'The pool', about: 'every node: state, vitals, why', load: () => import('./nodes.ts') },
  why: { group: 'The pool', about: 'the whole decision on a node, as it stands now', load: () => import('./why.ts') },
  watch: { group: 'The pool', about: 'what happens in the pool, as it happens', load: () => import('./watch.ts') },
  incidents: {
    group: 'The pool',
    about: 'what happened; with an id, its whole story',
    load: () => import('./incidents.ts'),
  },

  services: {
    group: 'The fleet',
    about: 'every server: service, healthy or not, CPU and memory',
    load: () => import('./services.ts'),
  },
  status: {
    group: 'The fleet',
    about: 'each service: how many are healthy, how CPU and memory are spread',
    load: () => import('./status.ts'),
  },
  unhealthy: {
    group: 'The fleet',
    about: 'services with too few healthy servers',
    load: () => import('./unhealthy.ts'),
  },
  track: { group: 'The fleet', about: 'the servers of one service, live', load: () => import('./track.ts') },
  collect: {
    group: 'The fleet',
    about: 'the memory of every process of every host, over SSH, for statsd or Prometheus',
    load: () => import('./collect.ts'),
  },

  drain: { group: "A human's hand", about: 'take a node out and hold it', load: () => import('./drain.ts') },
  readmit: {
    group: "A human's hand",
    about: 'give a node back: it is checked, then serves',
    load: () => import('./readmit.ts'),
  },
  reboot: { group: "A human's hand", about: 'have a node rebooted by its agent', load: () => import('./reboot.ts') },
  leave: { group: "A human's hand", about: 'take a node out of the pool for good', load: () => import('./leave.ts') },
  pause: { group: "A human's hand", about: 'stop all healing', load: () => import('./pause.ts') },
  resume: { group: "A human's hand", about: 'let healing go on', load: () => import('./resume.ts') },

  flame: {
    group: 'Evidence',
    about: 'flame graphs: fold stacks, draw them, tell two profiles apart',
    load: () => import('./flame.ts'),
  },
  profile: {
    group: 'Evidence',
    about: 'a flame graph of what a node of the pool does now',
    load: () => import('./profile.ts'),
  },

  policy: { group: 'Configuration', about: "the pool's policy: apply, show, diff", load: () => import('./policy.ts') },
  config: {
    group: 'Configuration',
    about: 'the configuration file: check, show, schema',
    load: () => import('./config.ts'),
  },
};

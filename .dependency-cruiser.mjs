/**
 * The layers of the project, from top to bottom:
 *
 *   cli → shells (agent, controller) → doctor → pool        proxy → pool        app and local cloud stand alone
 *
 * Adapters and capabilities ("rooms") know the doctor's ports and the pool's records, never each other; only
 * wiring files and the command line put them together.
 */
const ours = '^(monkey|proxy|pool|app|infra|scripts|test)/';
const shells = '^monkey/(agent|controller)/';
const wiring = '^(monkey/(agent|controller)|proxy)/wiring\\.ts$';
const adapters = '^monkey/(host|cloud|slack|pager|probe)/';
const rooms = '^monkey/(host|cloud|slack|pager|probe|config|flame|services|collect|monitors|tasks|chaos)/';
const doctor = '^monkey/doctor/';
/** Sections of the configuration file stand beside what they configure. */
const ofTheFile = '^proxy/config-schema\\.ts$';

/** Core modules without a clock, a file, a socket, a process or a dice in them. */
const pureCore = '^(node:)?(url|util|path|assert|querystring)(/|$)';

const refuse = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    refuse('no-circular', 'A circle of imports has no bottom to start reading at.', {}, { circular: true }),
    refuse('resolvable', 'An import must lead somewhere.', {}, { couldNotResolve: true }),
    refuse(
      'no-dev-packages',
      'What ships may not need what only developers install.',
      {
        path: '^(monkey|proxy|pool|app|infra)/',
      },
      { dependencyTypes: ['npm-dev'], pathNot: 'node_modules/@types/' },
    ),

    refuse(
      'pool-stands-at-the-bottom',
      'The pool imports nothing of ours.',
      { path: '^pool/' },
      {
        path: ours,
        pathNot: '^pool/',
      },
    ),
    refuse(
      'doctor-judges-alone',
      'The doctor knows itself and the pool.',
      { path: doctor },
      {
        path: ours,
        pathNot: ['^pool/', doctor],
      },
    ),
    refuse('doctor-needs-no-package', 'Judgement is plain TypeScript.', { path: doctor }, { path: 'node_modules/' }),
    refuse(
      'doctor-is-pure',
      'Judgement does no I/O through another file either; of packages, the pool may bring its schemas.',
      { path: doctor },
      { path: 'node_modules/', pathNot: 'node_modules/zod/', reachable: true },
    ),
    refuse(
      'doctor-does-no-io',
      'Judgement has no clock, no files and no network.',
      { path: doctor },
      {
        dependencyTypes: ['core'],
        pathNot: pureCore,
      },
    ),

    refuse(
      'shells-use-ports',
      'A shell reaches the world through ports; its wiring file brings the adapters.',
      {
        path: shells,
        pathNot: wiring,
      },
      { path: adapters },
    ),
    refuse(
      'shells-are-strangers',
      'Agent and controller meet in the pool, not in code.',
      {
        path: '^monkey/(agent|controller)/',
      },
      { path: shells, pathNot: '^monkey/$1/' },
    ),
    refuse(
      'rooms-are-strangers',
      'A room imports no other room.',
      { path: '^monkey/([^/]+)/', pathNot: ['^monkey/(cli|agent|controller|doctor)/'] },
      { path: rooms, pathNot: '^monkey/$1/' },
    ),
    refuse(
      'rooms-are-below-the-shells',
      'A room knows ports and records, not who uses it.',
      { path: rooms },
      {
        path: [shells, '^(proxy|app|infra|scripts|test)/'],
        pathNot: ofTheFile,
      },
    ),
    refuse(
      'cli-is-the-top',
      'Nobody imports the command line; its reference page is made of it, and benchmarks run on the stage of the demo.',
      { pathNot: '^(monkey/cli|test|scripts/(docs|bench))/' },
      {
        path: '^monkey/cli/',
      },
    ),

    refuse(
      'proxy-knows-the-pool',
      'The proxy knows the pool and nothing else of ours.',
      {
        path: '^proxy/',
        pathNot: wiring,
      },
      { path: ours, pathNot: '^(proxy|pool)/' },
    ),
    refuse(
      'proxy-wiring',
      'The wiring of the proxy may bring adapters, never a daemon.',
      { path: '^proxy/wiring\\.ts$' },
      {
        path: ours,
        pathNot: ['^(proxy|pool)/', '^monkey/(host|config)/'],
      },
    ),
    refuse(
      'proxy-is-started-by-the-cli',
      'The daemons and the doctor do not import the proxy.',
      {
        path: '^(monkey|pool)/',
        pathNot: '^monkey/cli/',
      },
      { path: '^proxy/', pathNot: ofTheFile },
    ),

    refuse(
      'app-stands-alone',
      'The sample app is what is cared for: it knows nothing of us.',
      { path: '^app/' },
      {
        path: ours,
        pathNot: '^app/',
      },
    ),
    refuse(
      'app-is-a-stranger',
      'We care for any app, so we import none.',
      { pathNot: '^(app|test)/' },
      {
        path: '^app/',
      },
    ),
    refuse(
      'local-cloud-stands-alone',
      'The local cloud imitates the outside: it knows nothing of us.',
      {
        path: '^infra/',
      },
      { path: ours, pathNot: '^infra/' },
    ),
    refuse(
      'local-cloud-is-outside',
      'Only endpoints differ between the local cloud and AWS.',
      {
        pathNot: '^(infra|monkey/cli|scripts|test)/',
      },
      { path: '^infra/' },
    ),

    refuse(
      'one-door-to-aws',
      'The SDK is heavy: it is loaded by its adapter, when first needed.',
      {
        pathNot: '^(monkey/cloud|test|scripts/bench)/',
      },
      { path: 'node_modules/@aws-sdk/' },
    ),
    refuse(
      'one-door-to-slack',
      'The SDK is heavy: it is loaded by its adapter, when first needed.',
      {
        pathNot: '^(monkey/slack|test)/',
      },
      { path: 'node_modules/@slack/' },
    ),
    refuse('tests-are-not-shipped', 'Nothing that ships imports a test.', { pathNot: '^test/' }, { path: '^test/' }),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    moduleSystems: ['es6'],
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
    cache: { folder: 'node_modules/.cache/dependency-cruiser', strategy: 'content' },
  },
};

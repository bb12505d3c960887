import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What each file of a small project does wrong, by the rule that must refuse it. */
const offences: readonly (readonly [rule: string, file: string, imported: string])[] = [
  ['pool-stands-at-the-bottom', 'pool/a.ts', '../monkey/doctor/ok.ts'],
  ['doctor-judges-alone', 'monkey/doctor/a.ts', '../host/ok.ts'],
  ['doctor-judges-alone', 'monkey/doctor/vitals/a.ts', '../../config/ok.ts'],
  ['doctor-needs-no-package', 'monkey/doctor/b.ts', 'zod'],
  ['doctor-is-pure', 'monkey/doctor/c.ts', '../../pool/with-package.ts'],
  ['doctor-does-no-io', 'monkey/doctor/d.ts', 'node:fs/promises'],
  ['doctor-does-no-io', 'monkey/doctor/e.ts', 'node:crypto'],
  ['shells-use-ports', 'monkey/agent/a.ts', '../host/ok.ts'],
  ['shells-use-ports', 'monkey/controller/a.ts', '../slack/ok.ts'],
  ['shells-are-strangers', 'monkey/agent/b.ts', '../controller/ok.ts'],
  ['rooms-are-strangers', 'monkey/cloud/a.ts', '../probe/ok.ts'],
  ['rooms-are-strangers', 'monkey/config/a.ts', '../host/ok.ts'],
  ['rooms-are-strangers', 'monkey/services/a.ts', '../probe/ok.ts'],
  ['rooms-are-below-the-shells', 'monkey/probe/a.ts', '../agent/ok.ts'],
  ['cli-is-the-top', 'monkey/agent/c.ts', '../cli/ok.ts'],
  ['proxy-knows-the-pool', 'proxy/a.ts', '../monkey/doctor/ok.ts'],
  ['proxy-wiring', 'proxy/wiring.ts', '../monkey/agent/ok.ts'],
  ['proxy-is-started-by-the-cli', 'monkey/agent/d.ts', '../../proxy/ok.ts'],
  ['app-stands-alone', 'app/a.ts', '../pool/ok.ts'],
  ['app-is-a-stranger', 'monkey/cli/a.ts', '../../app/ok.ts'],
  ['local-cloud-stands-alone', 'infra/local-cloud/a.ts', '../../pool/ok.ts'],
  ['local-cloud-is-outside', 'monkey/cloud/b.ts', '../../infra/local-cloud/ok.ts'],
  ['one-door-to-aws', 'monkey/agent/e.ts', '@aws-sdk/client-ec2'],
  ['one-door-to-slack', 'monkey/controller/b.ts', '@slack/web-api'],
  ['tests-are-not-shipped', 'monkey/host/b.ts', '../../test/ok.ts'],
  ['no-dev-packages', 'monkey/host/c.ts', 'fast-check'],
  ['no-circular', 'pool/circle-a.ts', './circle-b.ts'],
  ['resolvable', 'pool/b.ts', './nowhere.ts'],
];

/** What the layers allow, so that a rule which refuses everything is seen as well. */
const allowed: readonly (readonly [file: string, imported: string])[] = [
  ['monkey/doctor/ok.ts', '../../pool/ok.ts'],
  ['monkey/doctor/paths.ts', 'node:path'],
  ['monkey/doctor/policy.ts', '../../pool/policy.ts'],
  ['monkey/agent/ok.ts', '../doctor/ok.ts'],
  ['monkey/agent/wiring.ts', '../host/ok.ts'],
  ['monkey/controller/ok.ts', '../../pool/ok.ts'],
  ['monkey/controller/wiring.ts', '../slack/ok.ts'],
  ['monkey/host/ok.ts', '../doctor/ok.ts'],
  ['monkey/cloud/ok.ts', '@aws-sdk/client-ec2'],
  ['monkey/slack/ok.ts', '@slack/web-api'],
  ['monkey/probe/ok.ts', '../doctor/ok.ts'],
  ['monkey/config/ok.ts', 'yaml'],
  ['monkey/cli/ok.ts', '../agent/wiring.ts'],
  ['monkey/cli/demo.ts', '../../infra/local-cloud/ok.ts'],
  ['proxy/ok.ts', '../pool/ok.ts'],
  ['app/ok.ts', 'node:http'],
  ['infra/local-cloud/ok.ts', 'node:http'],
  ['pool/with-package.ts', 'ioredis'],
  ['pool/policy.ts', 'zod'],
  ['test/ok.ts', '../pool/ok.ts'],
];

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
}

let project: string;
let violations: readonly Violation[];

const write = async (file: string, text: string) => {
  await mkdir(dirname(join(project, file)), { recursive: true });
  await writeFile(join(project, file), text);
};

const cruise = (): Promise<string> =>
  new Promise((resolve, reject) => {
    const args = ['--config', '.dependency-cruiser.mjs', '--no-cache', '--output-type', 'json'];
    const rooms = ['pool', 'monkey', 'proxy', 'app', 'infra', 'test'];
    const tool = join(root, 'node_modules/.bin/depcruise');
    execFile(tool, [...args, ...rooms], { cwd: project, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      if (stdout.startsWith('{')) resolve(stdout);
      else reject(error ?? new Error(stderr));
    });
  });

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'layers-'));
  for (const file of ['.dependency-cruiser.mjs', 'tsconfig.json', 'package.json']) {
    await cp(join(root, file), join(project, file));
  }
  await symlink(join(root, 'node_modules'), join(project, 'node_modules'));
  await write('pool/ok.ts', 'export const fine = true;\n');
  await write('pool/circle-b.ts', "import './circle-a.ts';\n");
  for (const [file, imported] of allowed) await write(file, `import '${imported}';\n`);
  for (const [, file, imported] of offences) await write(file, `import '${imported}';\n`);
  const { summary } = JSON.parse(await cruise()) as { summary: { violations: readonly Violation[] } };
  violations = summary.violations;
}, 60_000);

afterAll(() => rm(project, { recursive: true, force: true }));

test.each(offences)('%s: refuses %s importing %s', (rule, file) => {
  expect(violations.filter(({ from }) => from === file).map((violation) => violation.rule.name)).toContain(rule);
});

test.each(allowed)('allows %s to import %s', (file) => {
  expect(violations.filter(({ from }) => from === file)).toEqual([]);
});

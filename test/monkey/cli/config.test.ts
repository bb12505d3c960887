import { describe, expect, test } from '@jest/globals';
import { cli } from '../../support/cli.ts';

const good = 'pool: { name: web, redis: { url: "redis://10.0.0.5:6379" } }\nnode: { url: "http://10.0.0.7:8080" }\n';
const files = {
  'good.yaml': good,
  'no-node.yaml': good.split('\n')[0]!,
  'bad.yaml': `${good}agent: { mode: heal }\nlimits: {}\n`,
  'broken.yaml': 'pool: [\n',
};

describe('config check', () => {
  test('says that nothing is wrong', async () => {
    expect(await cli(['config', 'check', '--config', 'good.yaml'], { files })).toEqual({
      exit: 0,
      out: 'good.yaml: no problems\n',
      err: '',
    });
  });

  test('tells all that is wrong and ends with 2', async () => {
    expect(await cli(['config', 'check', '--config', 'bad.yaml'], { files })).toEqual({
      exit: 2,
      out: '',
      err: 'bad.yaml: 2 problems\n  agent.mode: "heal" is not observe or act\n  limits: unknown key; did you mean proxy.limits or policy.limits?\n',
    });
  });

  test('tells programs where', async () => {
    const bad = await cli(['config', 'check', '--config', 'bad.yaml', '--json'], { files });
    expect({ ...bad, out: JSON.parse(bad.out) }).toEqual({
      exit: 2,
      err: '',
      out: {
        ok: false,
        file: 'bad.yaml',
        problems: [
          { path: 'agent.mode', because: '"heal" is not observe or act' },
          { path: 'limits', because: expect.stringContaining('unknown key') },
        ],
        online: [],
        error: { kind: 'configuration', because: expect.stringContaining('bad.yaml: 2 problems'), exit: 2 },
      },
    });
    const broken = await cli(['config', 'check', '--config', 'broken.yaml', '--json'], { files });
    expect(JSON.parse(broken.out).problems).toMatchObject([{ path: '', line: 2, column: 1 }]);
  });

  test('asks whether it is enough for a daemon', async () => {
    const how = ['config', 'check', '--config', 'no-node.yaml'];
    expect((await cli(how, { files })).exit).toBe(0);
    expect(await cli([...how, '--for', 'agent'], { files })).toMatchObject({
      exit: 2,
      err: 'no-node.yaml: 1 problem\n  node: is missing; the agent must know the URL of its node\n',
    });
  });
});

describe('config show', () => {
  test('prints what counts, with defaults, as people write it, and no secret', async () => {
    const env = { DOCTOR_MONKEY_REDIS_PASSWORD: 'hunter2' };
    const { exit, out } = await cli(['config', 'show', '--config', 'good.yaml'], { files, env });
    expect(exit).toBe(0);
    expect(out).toContain('mode: observe');
    expect(out).toContain('beat: 1s');
    expect(out).not.toContain('hunter2');
    expect(out).toMatch(/# secrets: redis password set, Slack token not set, pager key not set\n$/);
  });

  test('can be read back and means the same', async () => {
    const { out } = await cli(['config', 'show', '--config', 'good.yaml'], { files });
    const again = await cli(['config', 'show', '--config', 'shown.yaml'], { files: { 'shown.yaml': out } });
    expect(again).toEqual({ exit: 0, out, err: '' });
  });
});

test('config schema is a JSON schema in which what must be there is required', async () => {
  const { exit, out } = await cli(['config', 'schema']);
  expect(exit).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    required: ['pool'],
    additionalProperties: false,
    properties: { agent: { properties: { mode: { enum: ['observe', 'act'], default: 'observe' } } } },
  });
});

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const statements = (name: string): readonly Statement[] => {
  const file = fileURLToPath(new URL(`../../../infra/aws/iam/${name}.json`, import.meta.url));
  return (JSON.parse(readFileSync(file, 'utf8')) as { Statement: readonly Statement[] }).Statement;
};

const actions = ({ Action }: Statement): readonly string[] => [Action].flat();
const reading = (statement: Statement) => actions(statement).every((action) => action.startsWith('ec2:Describe'));

describe.each(['agent', 'controller'])('the policy of the %s', (name) => {
  test('allows everywhere nothing but looking', () => {
    const everywhere = statements(name).filter(({ Condition }) => Condition === undefined);
    expect(everywhere).not.toEqual([]);
    expect(everywhere.every(reading)).toBe(true);
  });

  test('names each action in full, and never one that destroys', () => {
    const all = statements(name).flatMap(actions);
    expect(all.filter((action) => action.includes('*') || /Terminate|Run|Delete|Modify/.test(action))).toEqual([]);
  });
});

test('an agent may reboot one machine: the one whose id is the name of its own session', () => {
  const [acting, ...others] = statements('agent').filter((statement) => !reading(statement));
  expect(others).toEqual([]);
  expect(acting).toMatchObject({
    Action: 'ec2:RebootInstances',
    Condition: { StringLike: { 'aws:userid': '*:${ec2:InstanceID}' } },
  });
});

test('a controller may turn off and on what bears the tag of the pool', () => {
  const [acting, ...others] = statements('controller').filter((statement) => !reading(statement));
  expect(others).toEqual([]);
  expect(acting!.Condition).toEqual({ StringEquals: { 'aws:ResourceTag/doctor-monkey:pool': 'web' } });
});

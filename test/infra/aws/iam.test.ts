/**
 * What the IAM policies allow, worked out as IAM does it for the elements that they use:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
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

/** Every action of EC2 that our client asks for. */
const askedFor = (): readonly string[] => {
  const file = fileURLToPath(new URL('../../../monkey/cloud/ec2-client.ts', import.meta.url));
  const named = [...readFileSync(file, 'utf8').matchAll(/new (\w+)Command\(/g)].map(([, name = '']) => `ec2:${name}`);
  return [...new Set(named)];
};

const actions = ({ Action }: Statement): readonly string[] => [Action].flat();
const reading = (statement: Statement) => actions(statement).every((action) => action.startsWith('ec2:Describe'));

/** A request, with the condition keys that EC2 puts into its context. */
interface Asked {
  readonly action: string;
  readonly resource: string;
  readonly context: Readonly<Record<string, string>>;
}

/** Denied unless a statement allows it; there is no statement that denies. */
const allowed = (policy: readonly Statement[], asked: Asked): boolean =>
  policy.some(
    (statement) =>
      statement.Effect === 'Allow' &&
      actions(statement).includes(asked.action) &&
      like(statement.Resource, asked.resource) &&
      Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
        Object.entries(keys).every(([key, wanted]) => holds(operator, wanted, key, asked.context)),
      ),
  );

/** A key that is not in the context fails every operator used here; so does a variable that is not. */
const holds = (operator: string, wanted: string, key: string, context: Asked['context']): boolean => {
  const found = context[key];
  const variables = [...wanted.matchAll(/\$\{([^}]+)\}/g)].map(([, name = '']) => name);
  if (found === undefined || variables.some((name) => context[name] === undefined)) return false;
  const resolved = wanted.replace(/\$\{([^}]+)\}/g, (_all, name: string) => context[name] ?? '');
  switch (operator) {
    case 'StringEquals':
      return found === resolved;
    case 'StringLike':
    case 'ArnLike':
      return like(resolved, found);
    default:
      throw new Error(`this test knows no ${operator}`);
  }
};

const like = (pattern: string, text: string): boolean =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
  ).test(text);

const arn = (id: string): string => `arn:aws:ec2:eu-central-1:123456789012:instance/${id}`;
const own = 'i-0aaaaaaaaaaaaaaaa';
const other = 'i-0bbbbbbbbbbbbbbbb';

/** Asked by the instance `own` with the credentials of its role, about another or itself. */
const onInstance = (action: string, target: string, tags: Readonly<Record<string, string>> = {}): Asked => ({
  action,
  resource: arn(target),
  context: {
    'aws:userid': `AROAEXAMPLE:${own}`,
    'ec2:SourceInstanceARN': arn(own),
    'ec2:InstanceID': target,
    ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:ResourceTag/${key}`, value])),
  },
});

const describing = (action: string): Asked => ({
  action,
  resource: '*',
  context: { 'aws:userid': `AROAEXAMPLE:${own}` },
});

describe.each(['agent', 'controller'])('the policy of the %s', (name) => {
  const policy = statements(name);

  test('lets it look at all instances, since EC2 knows no narrower right', () => {
    for (const action of ['ec2:DescribeInstances', 'ec2:DescribeInstanceStatus'])
      expect(allowed(policy, describing(action))).toBe(true);
  });

  test('allows everywhere nothing but looking', () => {
    const everywhere = policy.filter(({ Condition }) => Condition === undefined);
    expect(everywhere).not.toEqual([]);
    expect(everywhere.every(reading)).toBe(true);
  });

  test('names each action in full, and never one that destroys', () => {
    const all = policy.flatMap(actions);
    expect(all.filter((action) => action.includes('*') || /Terminate|Run|Delete|Modify/.test(action))).toEqual([]);
  });
});

describe('an agent', () => {
  const agent = statements('agent');

  test('may reboot its own instance', () => {
    expect(allowed(agent, onInstance('ec2:RebootInstances', own))).toBe(true);
  });

  test('may reboot no other, whatever tag it bears', () => {
    expect(allowed(agent, onInstance('ec2:RebootInstances', other, { 'doctor-monkey:pool': 'web' }))).toBe(false);
  });

  test.each(['ec2:StopInstances', 'ec2:StartInstances', 'ec2:TerminateInstances', 'ec2:CreateTags'])(
    'may not %s, not even itself',
    (action) => {
      expect(allowed(agent, onInstance(action, own))).toBe(false);
    },
  );

  test('that is no instance, but somebody who took its role and its name, may reboot nothing', () => {
    const { 'ec2:SourceInstanceARN': _, ...context } = onInstance('ec2:RebootInstances', own).context;
    expect(allowed(agent, { action: 'ec2:RebootInstances', resource: arn(own), context })).toBe(false);
  });

  test('on an instance whose session bears another name may reboot nothing', () => {
    const asked = onInstance('ec2:RebootInstances', own);
    const context = { ...asked.context, 'aws:userid': `AROAEXAMPLE:${other}` };
    expect(allowed(agent, { ...asked, context })).toBe(false);
  });
});

describe('a controller', () => {
  const controller = statements('controller');
  const turning = ['ec2:RebootInstances', 'ec2:StopInstances', 'ec2:StartInstances'];

  test.each(turning)('may %s what bears the tag of the pool', (action) => {
    expect(allowed(controller, onInstance(action, other, { 'doctor-monkey:pool': 'web' }))).toBe(true);
  });

  test.each(turning)('may not %s what bears no tag, or that of another pool', (action) => {
    expect(allowed(controller, onInstance(action, other))).toBe(false);
    expect(allowed(controller, onInstance(action, other, { 'doctor-monkey:pool': 'shop' }))).toBe(false);
    expect(allowed(controller, onInstance(action, other, { pool: 'web' }))).toBe(false);
  });

  test('may ask for all that the client asks for: what it may not ask of types it never stops', () => {
    expect(askedFor()).toContain('ec2:DescribeInstanceTypes');
    for (const action of askedFor()) {
      const asked = action.startsWith('ec2:Describe')
        ? describing(action)
        : onInstance(action, other, { 'doctor-monkey:pool': 'web' });
      expect([action, allowed(controller, asked)]).toEqual([action, true]);
    }
  });

  test('may tag nothing, or it could choose what it turns off', () => {
    expect(allowed(controller, onInstance('ec2:CreateTags', other))).toBe(false);
  });
});

test('only EC2 gives these roles away', () => {
  const file = fileURLToPath(new URL('../../../infra/aws/iam/assume-role.json', import.meta.url));
  const { Statement } = JSON.parse(readFileSync(file, 'utf8')) as { Statement: readonly unknown[] };
  expect(Statement).toEqual([
    { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
  ]);
});

/** Ways to break the product that the simulator must find, each as a change of its source. */
export interface Patch {
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}

export interface Mutant {
  readonly name: string;
  /** Part of the name of the law that it breaks first, or of each that it may. */
  readonly breaks: string;
  readonly patches: readonly Patch[];
}

const guards = 'monkey/doctor/treatment/guards.ts';
const vetoes = 'monkey/doctor/rescue/vetoes.ts';
const nextRung = 'monkey/doctor/life/next-rung.ts';
const rebooting = 'monkey/agent/rebooting.ts';

/** The guard is taken out of the table. */
const withoutGuard = (line: string): Patch => ({ file: guards, find: `\n  ${line},\n`, replace: '\n' });

export const mutants: readonly Mutant[] = [
  {
    name: 'the lever is not asked',
    breaks: 'while the lever is pulled',
    patches: [
      withoutGuard('lever'),
      { file: 'monkey/doctor/life/admit.ts', find: "  { kind: 'lever-free' },\n", replace: '' },
    ],
  },
  { name: 'the window is not asked', breaks: 'outside the window', patches: [withoutGuard('window')] },
  {
    name: 'nodes out at once are not counted',
    breaks: 'never more than the allowed nodes out',
    patches: [withoutGuard("'out-at-once': outAtOnce")],
  },
  {
    name: 'minServing is not asked',
    breaks: 'never fewer than minServing',
    patches: [withoutGuard("'min-serving': minServing")],
  },
  { name: 'the heat of the pool is not asked', breaks: 'while most nodes are hot', patches: [withoutGuard('heat')] },
  { name: 'the forecast is not asked', breaks: 'over the forecast', patches: [withoutGuard('forecast')] },
  { name: 'the cooldown is not asked', breaks: 'within a cooldown', patches: [withoutGuard('cooldown')] },
  {
    name: "the node's budget is not asked",
    breaks: "over the node's budget|every node ends serving",
    patches: [withoutGuard("'node-budget': nodeBudget")],
  },
  {
    name: "the pool's budget is not asked",
    breaks: "over the pool's budget",
    patches: [withoutGuard("'pool-budget': poolBudget")],
  },
  {
    name: 'a reboot out of a drain asks no budget',
    breaks: "over the pool's budget|over the node's budget",
    patches: [
      { file: nextRung, find: 'hasRestarted(record) ? asked : budgets', replace: "guardsNamed('fingerprint')" },
    ],
  },
  {
    name: 'what other sick nodes do is not asked',
    breaks: 'so many nodes do',
    patches: [withoutGuard('fingerprint')],
  },
  { name: 'EC2 is not asked', breaks: 'unless EC2 says running', patches: [withoutGuard('running')] },
  {
    name: 'the age of a view is not asked',
    breaks: 'on a stale view',
    patches: [
      withoutGuard("'fresh-view': freshView"),
      { file: 'pool/build-commit.ts', find: ', fresh(view), ', replace: ', ' },
      { file: 'pool/too-old.ts', find: 'ageMs <= decisionHoldsMs', replace: 'ageMs < Infinity' },
    ],
  },
  {
    name: 'the token is not checked before the call',
    breaks: 'no reboot is sent without a committed intent',
    patches: [{ file: rebooting, find: ' ?? held.obstacle', replace: '' }],
  },
  {
    name: 'a reboot is assumed, not proven by its boot id',
    breaks: 'proven by a new boot id',
    patches: [
      {
        file: 'monkey/doctor/life/join.ts',
        find: 'const sameBoot = record.bootId === bootId;',
        replace: "const sameBoot = record.bootId === bootId && record.state !== 'rebooting';",
      },
    ],
  },
  {
    name: 'EC2 is called before the intent is committed',
    breaks: 'no reboot is sent without a committed intent',
    patches: [
      {
        file: 'monkey/agent/diagnosing.ts',
        find: '  const intent = await commitFirstIntent(',
        replace:
          '  await context.parts.power.reboot(context.self.id, { deadlineMs: 1_000 });\n  const intent = await commitFirstIntent(',
      },
    ],
  },
  {
    name: 'EC2 is asked again before the settle time is over',
    breaks: 'before the settle time',
    patches: [
      {
        file: 'monkey/doctor/treatment/until-rebooted.ts',
        find: 'if (askInMs > 0) return',
        replace: 'if (askInMs > 1e9) return',
      },
    ],
  },
  {
    name: "a human's hold is forgotten on the way back to service",
    breaks: "human's hold",
    patches: [
      {
        file: 'monkey/doctor/life/back-to-service.ts',
        find: '  return record.heldBy === undefined\n',
        replace: "  return record.heldBy !== 'nobody'\n",
      },
    ],
  },
  {
    name: 'a node that fails its checks serves',
    breaks: 'failed its checks',
    patches: [
      {
        file: 'monkey/agent/checking.ts',
        find: 'const outcome = ok\n',
        replace: 'const outcome = results.length > 0\n',
      },
      {
        file: 'monkey/doctor/life/after-checks.ts',
        find: 'results.length === 0 || results.some(({ ok }) => !ok)',
        replace: 'results.length === 0',
      },
    ],
  },
  {
    name: 'an unknown measurement counts as hot',
    breaks: 'on an unknown finding',
    patches: [
      {
        file: 'monkey/doctor/diagnosis/findings/cpu.ts',
        find: "if (cpu.kind === 'unknown') return { kind: 'unknown',",
        replace: "if (cpu.kind === 'unknown') return { kind: 'hot',",
      },
    ],
  },
  {
    name: 'a rescue asks no guard before it begins',
    breaks: 'no treatment begins|nothing begins while the lever|without a committed intent',
    patches: [
      {
        file: vetoes,
        find: '  ...vetoesOf(askGuards(questionOf(watched, duty, sighting), askedFirst)),\n',
        replace: '',
      },
    ],
  },
  {
    name: 'a rescue goes on over the budgets',
    breaks: "over the node's budget|over the pool's budget",
    patches: [
      {
        file: vetoes,
        find: "'fresh-view', 'node-budget', 'pool-budget'",
        replace: "'fresh-view'",
      },
    ],
  },
  {
    name: 'a controller does not read its intent and its lease again before it calls',
    breaks: 'no reboot is sent without a committed intent',
    patches: [
      {
        file: 'monkey/controller/caller.ts',
        find: 'const because = held.obstacle ?? (stands(leadership) ? undefined : leaseOver);',
        replace: "const because = stands(leadership) ? undefined : '';",
      },
      // Where the lease has run out it would be refused by that.
      {
        file: 'monkey/controller/caller.ts',
        find: "if (because !== undefined) return { kind: 'throttled', code: 'NotAsked', because };",
        replace: "if (because === leaseOver) return { kind: 'throttled', code: 'NotAsked', because };",
      },
      {
        file: 'monkey/controller/caller.ts',
        find: 'Math.min(held.sendByMs, parts.clock.monotonicMs() + leadership.remainingMs())',
        replace: 'Number.POSITIVE_INFINITY',
      },
    ],
  },
  {
    name: 'a controller calls EC2 before its intent is committed',
    breaks: 'no reboot is sent without a committed intent|before the settle time',
    patches: [
      {
        file: 'monkey/controller/carry-out.ts',
        find: '  const outcome = await decideAndCommit(',
        replace:
          "  if (step.kind === 'call') await parts.power[step.call](step.node.id, { deadlineMs: 1_000 });\n  const outcome = await decideAndCommit(",
      },
    ],
  },
  {
    name: 'a hold is not asked for while a reboot is awaited',
    breaks: "human's hold|before the settle time",
    patches: [
      withoutGuard('hold'),
      {
        file: 'monkey/doctor/treatment/until-rebooted.ts',
        find: 'if (record.heldBy !== undefined)\n',
        replace: "if (record.heldBy === 'nobody')\n",
      },
      {
        file: 'monkey/doctor/life/intend.ts',
        find: '  if (record.heldBy !== undefined) return `held by ${record.heldBy}`;\n',
        replace: '',
      },
      {
        file: 'monkey/doctor/rescue/rescue.ts',
        find: "  if (duty.kind === 'not-returned' && node.heldBy !== undefined) return [holdBack(duty)];\n",
        replace: '',
      },
    ],
  },
  {
    name: 'a pool of which most is silent is not left alone',
    breaks: 'more than half of the pool',
    patches: [
      {
        file: 'monkey/doctor/silence/half.ts',
        find: 'isMoreThanHalf: quiet.length * 2 > members',
        replace: 'isMoreThanHalf: quiet.length > members',
      },
    ],
  },
  {
    name: 'a notice is taken out of the outbox before it was posted',
    breaks: 'every notice written is delivered',
    patches: [
      {
        file: 'monkey/controller/deliver.ts',
        find: "  if (answer.kind === 'later' ||",
        replace:
          "  if (answer.kind === 'away') return acknowledge(courier, delivery);\n  if (answer.kind === 'later' ||",
      },
    ],
  },
  {
    name: 'a letter that may have been posted is not looked up',
    breaks: 'every notice written is delivered',
    patches: [
      {
        file: 'monkey/controller/deliver.ts',
        find: 'if (!delivery.doubtful) return undefined;',
        replace: 'if (delivery.doubtful || !delivery.doubtful) return undefined;',
      },
    ],
  },
  {
    name: 'a page is taken out of its queue before it was taken',
    breaks: 'every notice written is delivered',
    patches: [
      {
        file: 'monkey/controller/page-lane.ts',
        find: "if (tried.kind !== 'done') return tried;",
        replace: "if (tried.kind === 'not-leader') return tried;",
      },
    ],
  },
];

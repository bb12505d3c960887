/*
 * What is to be done about silence, from what the leading controller has watched.
 *
 * INVARIANTS
 * - A node is taken off the live list only after `triesNeeded` tries at its URL, of this spell of silence, that
 *   nothing answered; at most one a round, so that the next is judged from a view that knows of it.
 * - Never where more than half of the pool is silent or lost, where fewer than `minServing` would serve, where the
 *   lever is pulled, or within a minute after a lost pool. What is owed goes on: the start of a machine that we stopped.
 * - While the pool's policy cannot be read nobody is touched: that is all there is to tell.
 * - Who only observes touches no node: it tells what it would do.
 * - Each cause is told once.
 */
import { formatMs } from '../../../pool/units.ts';
import { unreadablePolicy } from '../../../pool/unreadable-policy.ts';
import { aboutOwed, aboutRescue } from '../rescue/rescue.ts';
import { lostPoolPauseMs } from '../treatment/guards/fresh-view.ts';
import { aboutHalf } from './half.ts';
import { aboutRouting } from './left-out.ts';
import { aboutNever, aboutPolicyAgain } from './never-admits.ts';
import { onlyTold } from './only-told.ts';
import { aboutOverdue } from './overdue.ts';
import { aboutWaiting } from './reminders.ts';
import { aboutRouters } from './routers.ts';
import { type SilentNode, silentNodes } from './silent.ts';
import type { SilenceStep, Story } from './step.ts';
import { wholePool } from './step.ts';
import { aboutStuck } from './stuck.ts';
import { isTold, lastBeatIn, lostPoolIncident, unreadPolicyIncident } from './told.ts';
import { treatSilent } from './treat-silent.ts';
import type { Watched } from './watched.ts';

export const judgeSilence = (watched: Watched): readonly SilenceStep[] => {
  if (watched.watch.unbroken === undefined) return [];
  const about = aboutPolicy(watched) ?? [...aboutNever(watched), ...aboutPolicyAgain(watched), ...aboutNodes(watched)];
  const steps = [
    ...aboutLostPool(watched),
    ...aboutRouters(watched),
    ...aboutRouting(watched),
    ...(watched.mode === 'act' ? about : about.map(onlyTold)),
  ];
  return steps.filter((step) => step.kind !== 'tell' || !isTold(watched.told, step.story.incident, step.story.step));
};

const aboutNodes = (watched: Watched): readonly SilenceStep[] => {
  const sinceLostPoolMs = lostPoolAgeMs(watched);
  if (sinceLostPoolMs !== undefined && sinceLostPoolMs < lostPoolPauseMs) return [];
  const silent = silentNodes(watched, 'serving');
  const half = aboutHalf(watched, silent);
  if (half.kind === 'hands-off') return [...half.steps, ...aboutOwed(watched)];
  return [
    ...half.steps,
    ...aboutSilent(watched, silent),
    ...aboutOverdue(watched),
    ...aboutRescue(watched),
    ...aboutStuck(watched),
    ...aboutWaiting(watched),
    ...aboutReturned(watched, silent),
  ];
};

const aboutSilent = (watched: Watched, silent: readonly SilentNode[]): readonly SilenceStep[] => {
  const steps = silent.flatMap((node) => treatSilent(watched, node));
  const first = steps.find(({ kind }) => kind === 'lose');
  return steps.filter((step) => step.kind !== 'lose' || step === first);
};

/** Told of as silent, and heard again, in service: that nobody has watched for long enough says nothing of its agent. */
const aboutReturned = ({ view, told }: Watched, silent: readonly SilentNode[]): readonly SilenceStep[] =>
  [...told.open].flatMap(([id, incident]): readonly SilenceStep[] => {
    const node = view.nodes.get(id);
    if (node?.state !== 'serving' || silent.some(({ node: one }) => one.id === id)) return [];
    if ((view.seen.get(id) ?? Number.NEGATIVE_INFINITY) <= (lastBeatIn(id, incident) ?? Number.NEGATIVE_INFINITY))
      return [];
    const because = isTold(told, incident, 'stuck-checking')
      ? 'its agent beats again, and it has passed its checks'
      : 'its agent beats again; it served all the while';
    const story: Story = {
      ...{ incident, node: id, step: 'beats', because, outcome: 'returned' },
      notices: [
        { kind: 'beats', urgency: 'info', text: `${id}: ${because}.`, detail: { service: node.service, because } },
      ],
    };
    return [{ kind: 'tell', story }];
  });

/** Undefined where the policy can be read, or where there is none. */
const aboutPolicy = ({ view }: Watched): readonly SilenceStep[] | undefined => {
  const unread = unreadablePolicy(view);
  if (unread === undefined) return undefined;
  const { because, policyVersion } = unread;
  const text = `The pool's policy cannot be read: ${because}. Until somebody applies another, no node is treated or let into service.`;
  const story: Story = {
    ...{ incident: unreadPolicyIncident(policyVersion), node: wholePool, step: 'policy-unreadable', because },
    notices: [{ kind: 'policy-unreadable', urgency: 'page', text, detail: { because } }],
  };
  return [{ kind: 'tell', story }];
};

const aboutLostPool = ({ watch: { lostPool } }: Watched): readonly SilenceStep[] => {
  if (lostPool === undefined) return [];
  const { because, name } = lostPool;
  const text = `The pool was lost: ${because}. Nobody is treated for ${formatMs(lostPoolPauseMs)}; routers keep the members that answer. A pause and an applied policy may be lost with it: look, and set them again (monkey nodes, monkey policy show).`;
  const story: Story = {
    ...{ incident: lostPoolIncident(name), node: wholePool, step: 'lost-pool', because, outcome: 'lost' },
    notices: [{ kind: 'lost-pool', urgency: 'page', text, detail: { because } }],
  };
  return [{ kind: 'tell', story }];
};

const lostPoolAgeMs = ({ watch: { lostPool }, monotonicMs }: Watched): number | undefined =>
  lostPool === undefined ? undefined : monotonicMs - lostPool.sinceMonotonicMs;

/** Laws that hold for every pool, however it came about: each is tried on pools made up at random. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { afterRound, findingOf, newCourse } from '../../monkey/doctor/diagnosis/course.ts';
import type { RoundVerdict } from '../../monkey/doctor/diagnosis/definition.ts';
import { type Admission, admit } from '../../monkey/doctor/life/admit.ts';
import { failChecks, passChecks } from '../../monkey/doctor/life/after-checks.ts';
import { endDrain, giveBack, tellDrained } from '../../monkey/doctor/life/after-drain.ts';
import { comeBack } from '../../monkey/doctor/life/come-back.ts';
import { farewell } from '../../monkey/doctor/life/farewell.ts';
import { intend } from '../../monkey/doctor/life/intend.ts';
import { join } from '../../monkey/doctor/life/join.ts';
import type { InstanceState } from '../../monkey/doctor/ports/power.ts';
import { census } from '../../monkey/doctor/treatment/census.ts';
import { drained } from '../../monkey/doctor/treatment/drained.ts';
import { allowedOut } from '../../monkey/doctor/treatment/guards/out-at-once.ts';
import { askGuards, vetoesOf } from '../../monkey/doctor/treatment/guards.ts';
import { untilRebooted } from '../../monkey/doctor/treatment/until-rebooted.ts';
import { isOpen } from '../../monkey/doctor/treatment/windows.ts';
import type { Decide } from '../../pool/decision.ts';
import { weekdays } from '../../pool/policy/windows.ts';
import type { Policy } from '../../pool/policy.ts';
import { parsePulse, pulseOf } from '../../pool/pulse.ts';
import { type NodeRecord, nodeStates } from '../../pool/record.ts';
import type { Beat, PoolView } from '../../pool/view.ts';
import { nodeRecord } from '../support/nodes.ts';
import { beatOf, nowMs, policyOf, viewOf } from '../support/view.ts';

// Biased to what is usual, so that every law meets many pools that it has something to say about.
const state = fc.oneof(
  { weight: 2, arbitrary: fc.constant('serving') },
  { weight: 3, arbitrary: fc.constantFrom(...nodeStates, 'levitating') },
);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const usually = <T>(value: T, otherwise: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: otherwise });
const ids = ['web-1', 'web-2', 'web-3', 'web-4', 'web-5'];

const remedyBegun = fc.record({
  remedy: fc.constantFrom('restart-service' as const, 'reboot' as const, 'stop-start' as const),
  finding: usually('silent', fc.constant('cpu')),
  // Within the hour, within the day, and before: for all budgets something to count, and something not to.
  atMs: fc.constantFrom(0.1, 2, 5, 25).map((hours) => nowMs - hours * 3_600_000),
});

const remediesBegun = fc
  .array(remedyBegun, { maxLength: 5 })
  .map((begun) => begun.toSorted((one, other) => one.atMs - other.atMs));

/** What an agent tells of its node: mostly that it is calm, sometimes nothing, or garbage. */
const beat = (node: NodeRecord): fc.Arbitrary<Beat | undefined> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constant(beatOf(node)) },
    { weight: 2, arbitrary: fc.double({ min: 0, max: 1.2, noNaN: true }).map((share) => beatOf(node, { share })) },
    { weight: 1, arbitrary: fc.constantFrom(undefined, beatOf(node, 'its clock went back')) },
    {
      weight: 1,
      arbitrary: fc.dictionary(fc.constantFrom('vitals', 'finding'), fc.jsonValue()).map((vitals) => ({
        ...beatOf(node),
        vitals,
      })),
    },
  );

/** A record in any state, with any of the optional fields, whether or not they fit together. */
const record = (id: string): fc.Arbitrary<NodeRecord> =>
  fc
    .record({
      state,
      ...{
        sinceMs: fc.nat(2 * nowMs),
        relapses: fc.nat(9),
        version: fc.nat(10),
        treatmentTimes: usually([], fc.array(fc.nat(nowMs))),
      },
      ...{
        session: usually(`session-of-${id}`, fc.constant('another')),
        bootId: fc.constantFrom(`boot-of-${id}`, 'b2'),
      },
      ...{ heldBy: usually(undefined, fc.constant('ann')), purpose: maybe(fc.constantFrom('treat', 'hold', 'leave')) },
      ...{ drain: maybe(fc.constant('d1')), drained: maybe(fc.constantFrom('d0', 'd1')) },
      ...{ incident: maybe(fc.constant('inc-1')), remedy: maybe(fc.constant('reboot')) },
      ...{ stepDeadlineMs: maybe(fc.nat(2 * nowMs)), servingSinceMs: maybe(fc.nat(nowMs)) },
      ...{ remedies: remediesBegun, busy: maybe(fc.nat(9)) },
    })
    .map((part) => nodeRecord(id, Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined))));

const pool: fc.Arbitrary<PoolView> = fc
  .record({
    told: usually(ids, fc.subarray(ids, { minLength: 1 }))
      .chain((chosen) => fc.tuple(...chosen.map(record)))
      .chain((nodes) => fc.record({ nodes: fc.constant(nodes), beats: fc.tuple(...nodes.map(beat)) })),
    lever: usually(undefined, fc.record({ untilMs: fc.nat(2 * nowMs) })),
    silent: usually<string[]>([], fc.subarray(ids)),
    routers: fc.array(
      fc.record({
        ...{ ageMs: fc.nat(10_000), inFlight: maybe(fc.nat(3)) },
        requests: maybe(fc.dictionary(fc.constantFrom(...ids), fc.nat(100))),
      }),
      { maxLength: 3 },
    ),
  })
  .map(({ told: { nodes, beats }, lever, silent, routers }) => {
    const seen = nodes.map(({ id }): [string, number] => [id, silent.includes(id) ? 0 : nowMs - 500]);
    return viewOf(nodes, {
      lever: lever && { by: 'ann', because: 'a release', sinceMs: 0, ...lever },
      seen: new Map(seen),
      beats: new Map(beats.flatMap((one): [string, Beat][] => (one === undefined ? [] : [[one.node, one]]))),
      routers: new Map(
        routers.map(({ ageMs, inFlight, requests }, index) => {
          const draining = inFlight === undefined ? {} : { d1: inFlight };
          const counted = requests === undefined ? {} : { requests };
          return [`r${index}`, { id: `r${index}`, atMs: nowMs - ageMs, version: 10, draining, ...counted }];
        }),
      ),
    });
  });

const percent = fc.integer({ min: 1, max: 100 }).map((share) => `${share}%`);
const timeOfDay = fc.nat(24 * 60 - 1).map((minutes) => new Date(minutes * 60_000).toISOString().slice(11, 16));
const windowOfDay = fc
  .record({
    days: fc.subarray([...weekdays], { minLength: 1 }),
    ...{ from: timeOfDay, to: timeOfDay, zone: fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kolkata') },
  })
  .filter(({ from, to }) => from !== to);

const policy: fc.Arbitrary<Policy> = fc
  .record({
    ...{ minServing: fc.nat(3), number: fc.integer({ min: 1, max: 3 }), share: percent },
    heat: usually('50%', percent),
    forecast: usually(
      '85%',
      fc.integer({ min: 10, max: 100 }).map((share) => `${share}%`),
    ),
    windows: usually(undefined, fc.array(windowOfDay, { minLength: 1, maxLength: 3 })),
    reboots: fc.record({ node: fc.integer({ min: 1, max: 4 }), pool: fc.integer({ min: 1, max: 20 }) }),
  })
  .map(({ number, share, windows, ...limits }) =>
    policyOf({ limits: { ...limits, out: { number, share }, ...(windows === undefined ? {} : { windows }) } }),
  );

const mode = fc.constantFrom('observe' as const, 'act' as const);
const who = { node: 'web-1', session: 'session-of-web-1' };
const sick = { kind: 'sick', finding: 'cpu', because: 'CPU 99%' } as const;
const passed = [{ name: 'status', ok: true, detail: '200', ms: 1 }];

/** What a decision writes for web-1; undefined where it leaves it alone. */
const next = (decide: Decide, view: PoolView) => {
  const decision = decide(view, 'c11');
  if (decision.kind === 'nothing') return undefined;
  return decision.draft.writes.flatMap((write) =>
    write.kind === 'put-node' && write.node.id === 'web-1' ? [write.node] : [],
  )[0];
};

const admissionOf = (settings: Policy, as: 'observe' | 'act'): Admission => ({
  ...{ ...who, finding: sick, mode: as, policy: settings, viewAgeMs: 20, sinceLostPoolMs: undefined },
  instance: { kind: 'known', state: 'running' },
});

/** Everything that an agent can decide about its node, but for a new boot. */
const decisions = (settings: Policy, as: 'observe' | 'act'): Readonly<Record<string, Decide>> => {
  const failed = { ...who, policy: settings, mode: as, watchedMs: 60_000, because: 'x', results: [] };
  return {
    admit: admit(admissionOf(settings, as)),
    tellDrained: tellDrained({ ...who, policy: settings }, 'x'),
    giveBack: giveBack(who, { outcome: 'returned', because: 'x' }),
    endDrain: endDrain(who, 'x'),
    intend: intend({ ...who, phase: 'first', bootId: 'boot-of-web-1', policy: settings, because: 'x' }),
    intendAgain: intend({ ...who, phase: 'again', bootId: 'boot-of-web-1', policy: settings, because: 'x' }),
    passChecks: passChecks(who, passed),
    failChecks: failChecks(failed),
    comeBack: comeBack(who),
    farewell: farewell(who, settings),
  };
};

/** One in which little but budgets stands against a treatment of web-1: chance alone makes that too seldom. */
const calmPool: fc.Arbitrary<PoolView> = pool.map((view) => {
  const nodes = [...view.nodes.values()].map((node) =>
    nodeRecord(node.id, { remedies: node.id === 'web-1' ? (node.remedies ?? []) : [] }),
  );
  return viewOf(nodes);
});
const oftenAdmitted = fc.oneof(pool, calmPool);

/** One in which web-1 drains for a treatment, in whatever company: likewise. */
const drainingPool: fc.Arbitrary<PoolView> = pool.map((view) => {
  const node = view.nodes.get('web-1') ?? nodeRecord('web-1');
  return { ...view, nodes: new Map(view.nodes).set('web-1', { ...node, state: 'draining', purpose: 'treat' }) };
});
const oftenDraining = fc.oneof(pool, drainingPool);

/**
 * Tries a law on many pools. What it returns says whether it had something to say of this one: a law that never has is
 * no law.
 *
 * @param pools those in which it has something to say of one in twenty at least: then that it never has is no chance
 */
const onPools = (
  law: (view: PoolView, settings: Policy, as: 'observe' | 'act') => boolean,
  pools: fc.Arbitrary<PoolView> = pool,
): void => {
  let met = 0;
  fc.assert(
    fc.property(pools, policy, mode, (view, settings, as) => {
      if (law(view, settings, as)) met += 1;
    }),
    { numRuns: 300 },
  );
  expect(met).toBeGreaterThan(0);
};

/** A reboot that did not cure is not tried again within a day: what is left is a quarantine. */
const mayReboot = ({ remedies = [] }: NodeRecord): boolean =>
  !remedies.some(
    ({ remedy, finding, atMs }) => remedy === 'reboot' && finding === sick.finding && nowMs - atMs < 24 * 3_600_000,
  );

const instances: fc.Arbitrary<InstanceState | undefined> = usually<InstanceState | undefined>(
  { kind: 'known', state: 'running' },
  fc.constantFrom(
    undefined,
    { kind: 'known', state: 'stopping' } as const,
    { kind: 'no-such-instance' } as const,
    { kind: 'unknown', because: 'throttled' } as const,
  ),
);

test('a node is taken out only where no guard vetoes and the agent may act; the record says what each has said', () => {
  const met = { draining: 0, quarantined: 0, refused: 0 };
  fc.assert(
    fc.property(
      ...[oftenAdmitted, policy, mode, instances, usually(20, fc.nat(20_000)), usually(undefined, fc.nat(120_000))],
      (view, settings, as, instance, viewAgeMs, sinceLostPoolMs) => {
        const admission = { ...admissionOf(settings, as), instance, viewAgeMs, sinceLostPoolMs };
        const decision = admit(admission)(view, 'c11');
        const after = next(admit(admission), view);
        const node = view.nodes.get('web-1');
        if (after === undefined || node === undefined || decision.kind === 'nothing') {
          met.refused += 1;
          return;
        }
        expect([node.state, node.session, as]).toEqual(['serving', who.session, 'act']);
        const lost = sinceLostPoolMs === undefined ? {} : { sinceLostPoolMs };
        const asked = { remedy: mayReboot(node) ? 'reboot' : 'none', instance, viewAgeMs, ...lost } as const;
        const answers = askGuards({ node, view, policy: settings, census: census(view, settings), ...asked });
        const vetoes = vetoesOf(answers).map(({ guard }) => guard);
        expect(vetoes).toEqual(after.state === 'quarantined' ? ['node-budget'] : []);
        expect(decision.draft.writes.find(({ kind }) => kind === 'incident')).toMatchObject({
          entry: { detail: { answers } },
        });
        met[after.state === 'quarantined' ? 'quarantined' : 'draining'] += 1;
      },
    ),
    { numRuns: 1_000 },
  );
  for (const times of Object.values(met)) expect(times).toBeGreaterThan(0);
});

test('a treatment that begins is within every limit, counted anew from the view alone', () => {
  onPools((view, settings) => {
    if (next(decisions(settings, 'act')['admit']!, view)?.state !== 'draining') return false;
    const { limits } = settings;
    const nodes = [...view.nodes.values()];
    const reboots = (node: NodeRecord, withinMs: number) =>
      (node.remedies ?? []).filter(({ remedy, atMs }) => remedy !== 'restart-service' && atMs > nowMs - withinMs)
        .length;
    if (mayReboot(view.nodes.get('web-1')!)) {
      expect(reboots(view.nodes.get('web-1')!, 24 * 3_600_000)).toBeLessThan(limits.reboots.node);
      expect(nodes.reduce((sum, node) => sum + reboots(node, 3_600_000), 0)).toBeLessThan(limits.reboots.pool);
    }
    if (limits.windows !== undefined) expect(limits.windows.some((window) => isOpen(window, nowMs))).toBe(true);
    const others = census(view, settings).serving.filter((id) => id !== 'web-1');
    for (const id of others) expect(view.beats.get(id)?.vitals['vitals']).toMatchObject({ cpu: { kind: 'measured' } });
    return true;
  }, oftenAdmitted);
});

test('an admission leaves minServing nodes serving, and never more out than is allowed', () => {
  onPools((view, settings) => {
    if (next(decisions(settings, 'act')['admit']!, view) === undefined) return false;
    const { serving, out, members } = census(view, settings);
    expect(serving.filter((id) => id !== 'web-1').length).toBeGreaterThanOrEqual(settings.limits.minServing);
    expect(out.length + 1).toBeLessThanOrEqual(allowedOut(members, settings.limits.out));
    return true;
  }, oftenAdmitted);
});

test("no decision of an agent touches another session's node", () => {
  onPools((view, settings, as) => {
    if (view.nodes.get('web-1')?.session !== 'another') return false;
    for (const decide of Object.values(decisions(settings, as))) expect(next(decide, view)).toBeUndefined();
    return true;
  });
});

test('no decision of an agent serves or reboots a node that a human holds, or forgets the hold', () => {
  onPools((view, settings, as) => {
    const node = view.nodes.get('web-1');
    if (node?.heldBy === undefined) return false;
    const written = Object.values(decisions(settings, as)).flatMap((decide) => next(decide, view) ?? []);
    for (const { heldBy, state: after } of written) {
      expect(heldBy).toBe('ann');
      if (after !== node.state) expect(['serving', 'rebooting']).not.toContain(after);
    }
    return written.length > 0;
  });
});

test('nobody leaves quarantine, a hold, a farewell or an unknown state by a decision of an agent', () => {
  onPools((view, settings, as) => {
    const node = view.nodes.get('web-1');
    if (node === undefined || !['quarantined', 'held', 'left', 'levitating'].includes(node.state)) return false;
    for (const decide of Object.values(decisions(settings, as))) expect(next(decide, view)).toBeUndefined();
    return true;
  });
});

test('the way into service leads through checks, or back from a drain for a treatment', () => {
  onPools((view, settings, as) => {
    const before = view.nodes.get('web-1')?.state;
    const ways = Object.entries(decisions(settings, as)).filter(
      ([, decide]) => next(decide, view)?.state === 'serving',
    );
    for (const [name] of ways)
      expect([before, name]).toEqual(before === 'checking' ? ['checking', 'passChecks'] : ['draining', 'giveBack']);
    return ways.length > 0;
  }, oftenDraining);
});

test('the way to a reboot leads through a drain for a treatment, with the lever free and the old boot', () => {
  onPools((view, settings, as) => {
    const node = view.nodes.get('web-1');
    const ways = Object.entries(decisions(settings, as)).filter(
      ([, decide]) => next(decide, view)?.state === 'rebooting',
    );
    for (const [name] of ways) {
      expect([
        ['intend', 'draining'],
        ['intendAgain', 'rebooting'],
      ]).toContainEqual([name, node?.state]);
      expect(node?.bootId).toBe('boot-of-web-1');
      if (node?.state === 'draining') expect(node.purpose ?? 'treat').toBe('treat');
      expect(view.lever === undefined || (view.lever.untilMs ?? Number.POSITIVE_INFINITY) <= nowMs).toBe(true);
    }
    return ways.length > 0;
  }, oftenDraining);
});

test('a joining node never serves at once, and one that waits for a human goes on waiting', () => {
  fc.assert(
    fc.property(pool, fc.constantFrom('boot-of-web-1', 'b3'), maybe(record('web-1')), (view, bootId, beforeLoss) => {
      const node = view.nodes.get('web-1');
      const newcomer = {
        ...{ id: 'web-1', url: 'http://web-1.test:8080', service: 'meow', bootId, session: 'new' },
        ...{ replaces: node?.session, urlOwner: undefined, beforeLoss },
      };
      const after = next(join(newcomer), view);
      if (after === undefined) return;
      if (after.state === 'serving') expect([node?.state, node?.bootId]).toEqual(['serving', bootId]);
      if (node !== undefined && ['held', 'quarantined', 'levitating'].includes(node.state))
        expect(after.state).toBe(node.state);
      expect(after.heldBy).toBe(node === undefined ? beforeLoss?.heldBy : node.heldBy);
    }),
  );
});

test('whatever an agent writes, the fields of a drain stand only in a node that drains', () => {
  onPools((view, settings, as) => {
    const before = view.nodes.get('web-1');
    // A record that was whole before, too.
    if (before?.state !== 'draining') return false;
    const written = Object.values(decisions(settings, as)).flatMap((decide) => next(decide, view) ?? []);
    const gone = written.filter(({ state: after }) => after !== 'draining');
    for (const { drain, purpose, drained: told } of gone)
      expect([drain, purpose, told]).toEqual([undefined, undefined, undefined]);
    return gone.length > 0;
  }, oftenDraining);
});

const verdicts = fc.array(
  fc
    .constantFrom<RoundVerdict['kind']>('hot', 'warm', 'calm', 'unknown')
    .map((kind): RoundVerdict => ({ kind, because: kind })),
  { maxLength: 40 },
);

test('a course is never sick without as many hot rounds among the last as the policy asks for', () => {
  fc.assert(
    fc.property(verdicts, fc.integer({ min: 1, max: 6 }), fc.nat(4), (rounds, sickAt, more) => {
      const rule = { sick: sickAt, of: sickAt + more };
      let course = newCourse;
      let wasSick = false;
      rounds.forEach((verdict, index) => {
        course = afterRound(course, verdict, rule);
        const hot = rounds
          .slice(Math.max(0, index + 1 - rule.of), index + 1)
          .filter(({ kind }) => kind === 'hot').length;
        if (course.sick && !wasSick) expect(hot).toBeGreaterThanOrEqual(rule.sick);
        if (verdict.kind === 'calm') expect(course.sick && wasSick).toBe(false);
        if (verdict.kind === 'unknown') expect(findingOf(course, rule).kind).toBe('unknown');
        expect(course.rounds.length).toBeLessThanOrEqual(rule.of);
        wasSick = course.sick;
      });
    }),
  );
});

test('a drain never ends early with a router that is silent, late or busy, and always ends at its deadline', () => {
  fc.assert(
    fc.property(pool, fc.nat(60_000), maybe(fc.nat(3)), (view, waitedMs, established) => {
      const node = nodeRecord('web-1', { state: 'draining', drain: 'd1', purpose: 'treat' });
      const settings = policyOf({ drain: { deadline: '30s' } });
      const answer = drained(view, node, settings, { waitedMs, established });
      const routers = [...view.routers.values()];
      const letGo = routers.every(({ atMs, draining }) => nowMs - atMs <= 5_000 && draining['d1'] === 0);
      if (waitedMs >= 30_000) expect(answer.kind).toBe('drained');
      else if (routers.length === 0 || !letGo || (established ?? 0) > 0) expect(answer.kind).toBe('waiting');
      else expect(answer.kind).toBe('drained');
    }),
  );
});

test('at least one node may be out, and never more than the number says', () => {
  fc.assert(
    fc.property(fc.nat(1_000), policy, (members, { limits }) => {
      const allowed = allowedOut(members, limits.out);
      expect(allowed).toBeGreaterThanOrEqual(1);
      expect(allowed).toBeLessThanOrEqual(Math.max(1, limits.out.number));
      expect(allowed).toBeLessThanOrEqual(Math.max(1, members * limits.out.share + 1e-6));
    }),
  );
});

test('EC2 is never asked again before the pause is over, while healing is stopped, or past the deadline', () => {
  const stopped = maybe(fc.constant('paused'));
  fc.assert(
    fc.property(
      record('web-1'),
      fc.nat(1_200_000),
      fc.integer({ min: -1_000, max: 300_000 }),
      stopped,
      (node, passedMs, askInMs, why) => {
        const settings = policyOf();
        const step = untilRebooted(node, settings, { passedMs, askInMs, answer: undefined, stopped: why });
        // What may have begun is waited for to the end of its settle time, also beyond the deadline.
        if (passedMs >= settings.reboot.deadline) expect(step.kind).toBe(askInMs > 0 ? 'wait' : 'give-up');
        if (step.kind === 'ask-again') expect([askInMs <= 0, why, node.heldBy]).toEqual([true, undefined, undefined]);
        if (step.kind === 'wait') expect(step.ms).toBeGreaterThan(0);
      },
    ),
  );
});

test('guards say of pulses, word for word, what they say of whole beats', () => {
  const pulseOfBeat = (beat: Beat): [string, Beat][] => {
    // A beat that Redis holds has been JSON.
    const read = parsePulse(beat.node, pulseOf(JSON.parse(JSON.stringify(beat)) as Beat));
    return read.kind === 'read' ? [[beat.node, read.value]] : [];
  };
  fc.assert(
    fc.property(pool, policy, (whole, settings) => {
      const pulses = { ...whole, beats: new Map([...whole.beats.values()].flatMap(pulseOfBeat)) };
      const answers = (view: PoolView) =>
        [...view.nodes.values()].map((node) =>
          askGuards({
            ...{ node, view, policy: settings, census: census(view, settings), remedy: 'reboot', viewAgeMs: 20 },
            instance: { kind: 'known', state: 'running' },
          }),
        );
      expect(answers(pulses)).toEqual(answers(whole));
    }),
    { numRuns: 500 },
  );
});

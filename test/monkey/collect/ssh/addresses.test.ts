import { describe, expect, jest, test } from '@jest/globals';
import { addressBook, type Ways } from '../../../../monkey/collect/ssh/addresses.ts';

const never = new AbortController().signal;
const of = (address: string) => [{ address, family: 4 }];
const hangs = () => new Promise<never>(() => undefined);
const coded = (code: string): Error => Object.assign(new Error(`getaddrinfo ${code}`), { code });
const nobody = async (): Promise<never> => Promise.reject(new Error('nobody'));
const book = (ways: Partial<Ways>, withinMs = 10_000, directAfterMs = 1) =>
  addressBook({ system: nobody, direct: nobody, ...ways }, { withinMs, directAfterMs });

describe('addresses of a fleet', () => {
  test('an address is its own answer, and nobody is asked', async () => {
    expect(await book({}).of('10.0.0.7', never)).toEqual({ kind: 'addresses', addresses: of('10.0.0.7') });
    expect(await book({}).of('::1', never)).toMatchObject({ addresses: [{ address: '::1', family: 6 }] });
  });

  test('a name is asked for once, however many wait for it, and is believed for a while', async () => {
    const system = jest.fn(async () => of('10.0.0.1'));
    const one = book({ system });
    await Promise.all([one.of('web', never), one.of('web', never)]);
    expect(await one.of('web', never)).toEqual({ kind: 'addresses', addresses: of('10.0.0.1') });
    expect(system).toHaveBeenCalledTimes(1);
  });

  test('two names that hang take the threads of the system, and the others are asked of DNS directly', async () => {
    // As libuv does: two at a time, and the others wait until those are done.
    let threads = 2;
    const system = async (name: string) => {
      threads -= 1;
      return threads >= 0 && !name.startsWith('hangs') ? of('10.0.0.1') : hangs();
    };
    const direct = async (name: string) => (name.startsWith('hangs') ? hangs() : of('10.0.0.2'));
    const fleet = book({ system, direct }, 1_000);
    const names = ['hangs-1', 'hangs-2', 'web-1', 'web-2', 'web-3'];
    const found = await Promise.all(names.map((name) => fleet.of(name, never)));
    expect(found.slice(0, 2)).toEqual([
      { kind: 'unknown', gone: false, because: 'DNS did not say its address in time' },
      { kind: 'unknown', gone: false, because: 'DNS did not say its address in time' },
    ]);
    expect(found.slice(2).map(({ kind }) => kind)).toEqual(['addresses', 'addresses', 'addresses']);
  });

  test('a name that hung is held off, and taken again once the system tells it after all', async () => {
    let tell: (addresses: ReturnType<typeof of>) => void = () => undefined;
    const system = jest.fn(() => new Promise<ReturnType<typeof of>>((resolve) => (tell = resolve)));
    const one = book({ system }, 20);
    expect((await one.of('slow', never)).kind).toBe('unknown');
    // At once, which no timer is that comes first.
    const turn = new Promise<undefined>((resolve) => setImmediate(() => resolve(undefined)));
    expect((await Promise.race([one.of('slow', never), turn]))?.kind).toBe('unknown');
    expect(system).toHaveBeenCalledTimes(1);
    tell(of('10.0.0.9'));
    await new Promise(setImmediate);
    expect(await one.of('slow', never)).toEqual({ kind: 'addresses', addresses: of('10.0.0.9') });
  });

  test.each([
    ['ENOTFOUND', true, 'its name has no address in DNS: is it written right?'],
    ['EAI_AGAIN', false, 'DNS did not say its address'],
    ['EAI_FAIL', false, 'DNS did not say its address: getaddrinfo EAI_FAIL'],
  ])('says DNS where the system says %s', async (code, gone, because) => {
    const direct = jest.fn(nobody);
    const one = book({ system: () => Promise.reject(coded(code)), direct }, 10_000, 5_000);
    expect(await one.of('web', never)).toEqual({ kind: 'unknown', gone, because });
    expect(direct).not.toHaveBeenCalled();
  });

  test('ends with its signal, and holds nobody off for that', async () => {
    const round = new AbortController();
    const answers = [hangs(), Promise.resolve(of('10.0.0.1'))];
    const one = book({ system: () => answers.shift() ?? nobody(), direct: hangs });
    const asked = one.of('web', round.signal);
    round.abort();
    expect((await asked).kind).toBe('unknown');
  });
});

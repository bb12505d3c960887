/** pprof's protocol buffers. Shape: https://github.com/google/pprof/blob/main/proto/profile.proto */
import {
  Line,
  Location,
  Function as PprofFunction,
  Profile as PprofProfile,
  Sample,
  StringTable,
  ValueType,
} from 'pprof-format';
import { bytesOf, shown } from '../frame-names.ts';
import { NotAProfile, type Profile } from '../profile.ts';
import type { StackTree } from '../stack-tree.ts';

/** Reads what was packed as pprof, already unzipped. Of several values the default counts, otherwise the last, as in pprof. */
export const readPprof = (bytes: Uint8Array, tree: StackTree): Profile => {
  const pprof = decoded(bytes);
  const text = (index: number | bigint): string => pprof.stringTable.strings[Number(index)] ?? '';
  const types = pprof.sampleType.map(({ type, unit }) => ({ type: text(type), unit: text(unit) }));
  const wanted = types.findIndex(({ type }) => type === text(pprof.defaultSampleType) && type !== '');
  const which = wanted >= 0 ? wanted : types.length - 1;
  const samples = types.findIndex(({ type, unit }) => unit === 'count' && type.startsWith('sample'));
  const framesOf = framesByLocation(pprof, text);
  for (const { locationId, value } of pprof.sample) {
    const stack = locationId.flatMap((id) => framesOf.get(Number(id)) ?? ['(no such location)']).reverse();
    const amount = Number(value[which] ?? 0);
    if (amount > 0) tree.addStack(stack, amount, samples < 0 ? 1 : Number(value[samples] ?? 1));
  }
  return { format: 'pprof', tree, unit: shortUnit(types[which]), notes: [] };
};

const decoded = (bytes: Uint8Array): PprofProfile => {
  try {
    const pprof = PprofProfile.decode(bytes);
    if (pprof.sampleType.length > 0) return pprof;
  } catch {
    // Says the same as a profile without a single type of sample: these bytes are something else.
  }
  throw new NotAProfile('neither text nor pprof: none of the formats that are known');
};

const shortUnits: Readonly<Record<string, string>> = { nanoseconds: 'ns', microseconds: 'µs', milliseconds: 'ms' };
const shortUnit = (type: { readonly type: string; readonly unit: string } | undefined): string =>
  type === undefined || type.unit === 'count' ? (type?.type ?? 'samples') : (shortUnits[type.unit] ?? type.unit);

/** The frames of each location, innermost first: several where functions were inlined. */
const framesByLocation = (
  pprof: PprofProfile,
  text: (index: number | bigint) => string,
): ReadonlyMap<number, readonly string[]> => {
  const functions = new Map(pprof.function.map((one) => [Number(one.id), one]));
  const nameOf = ({ functionId, line }: Line): string => {
    const found = functions.get(Number(functionId));
    const name = found === undefined ? '(unknown)' : text(found.name) || '(anonymous)';
    const file = found === undefined ? '' : text(found.filename);
    const where = file === '' ? '' : ` ${file}${Number(line) > 0 ? `:${line}` : ''}`;
    return bytesOf(`${name}${where}`.replaceAll(';', ':').replaceAll('\n', ' '));
  };
  return new Map(
    pprof.location.map(({ id, line, address }) => [
      Number(id),
      line.length === 0 ? [`0x${address.toString(16)}`] : line.map(nameOf),
    ]),
  );
};

/** Packs a profile as pprof, not zipped. Values are whole numbers there; decimals are rounded. */
export const writePprof = ({ tree, unit }: Profile): Uint8Array => {
  const strings = new StringTable();
  const ids = Array.from({ length: tree.names.size }, (_, id) => id + 1);
  const sample: Sample[] = [];
  for (let node = 1; node < tree.size; node += 1) {
    if (tree.count(node) === 0) continue;
    const value = [Math.round(tree.count(node)), Math.round(tree.value(node))];
    sample.push(new Sample({ locationId: upwards(tree, node), value }));
  }
  const valueType = (type: string, of: string) => new ValueType({ type: strings.dedup(type), unit: strings.dedup(of) });
  const long = Object.entries(shortUnits).find(([, short]) => short === unit)?.[0];
  return new PprofProfile({
    sampleType: [valueType('samples', 'count'), long === undefined ? valueType(unit, 'count') : valueType('cpu', long)],
    sample,
    location: ids.map((id) => new Location({ id, line: [new Line({ functionId: id })] })),
    function: ids.map((id) => {
      const name = strings.dedup(shown(tree.names.name(id - 1)));
      return new PprofFunction({ id, name, systemName: name });
    }),
    stringTable: strings,
  }).encode();
};

/** Locations from the top of a stack down, as pprof wants them. */
const upwards = (tree: StackTree, node: number): number[] => {
  const path: number[] = [];
  for (let at = node; at > 0; at = tree.parent(at)) path.push(tree.frame(at) + 1);
  return path;
};

/** Statsd's advice for an Ethernet of 1,500 bytes with every option of IP in use (docs/metric_types.md). */
export const datagramBytesDefault = 1_432;
/** Less than a line's length would drop most lines; more than this UDP over IPv4 does not carry (65,535 - 20 - 8). */
const datagramBytesLeast = 64;
const datagramBytesMost = 65_507;

/** Lines that travel together. */
export interface Datagram {
  readonly bytes: Buffer;
  readonly lines: number;
}

export interface Packed {
  readonly datagrams: readonly Datagram[];
  /** Lines that alone are longer than a datagram may be: they are not sent. */
  readonly tooLong: readonly string[];
}

/**
 * Fills datagrams with lines, in their order, a line feed between and none at the end. No line is split: half a line
 * is a wrong value for a receiver. A line that holds a line feed or nothing is a bug of who wrote it.
 */
export const pack = (lines: readonly string[], bytesMost: number = datagramBytesDefault): Packed => {
  // A character takes one byte in nearly all lines. To measure each would cost as much as to write it, so it is assumed,
  // and what was written says whether it holds.
  const assumed = packBy(lines, bytesMost, ({ length }) => length);
  return assumed.holds ? assumed : packBy(lines, bytesMost, (line) => Buffer.byteLength(line));
};

/** `holds`: every line took as many bytes as `bytesOf` says. */
const packBy = (
  lines: readonly string[],
  bytesMost: number,
  bytesOf: (line: string) => number,
): Packed & { readonly holds: boolean } => {
  const datagrams: Datagram[] = [];
  const tooLong: string[] = [];
  let open: string[] = [];
  let openBytes = 0;
  let holds = true;
  const seal = (): void => {
    if (open.length === 0) return;
    const bytes = Buffer.from(open.join('\n'));
    holds &&= bytes.length === openBytes;
    datagrams.push({ bytes, lines: open.length });
    open = [];
    openBytes = 0;
  };
  for (const line of lines) {
    const lineBytes = bytesOf(line);
    if (lineBytes > bytesMost) {
      tooLong.push(line);
      continue;
    }
    if (openBytes + 1 + lineBytes > bytesMost && open.length > 0) seal();
    openBytes += lineBytes + (open.length > 0 ? 1 : 0);
    open.push(line);
  }
  seal();
  return { datagrams, tooLong, holds };
};

export type ParsedDatagramBytes =
  | { readonly kind: 'bytes'; readonly bytes: number }
  | { readonly kind: 'refused'; readonly because: string };

/** `--max-datagram`: bytes as plain digits. */
export const parseDatagramBytes = (text: string): ParsedDatagramBytes => {
  const bytes = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  return bytes >= datagramBytesLeast && bytes <= datagramBytesMost
    ? { kind: 'bytes', bytes }
    : {
        kind: 'refused',
        because: `${JSON.stringify(text)} is no size of a datagram: ${datagramBytesLeast} to ${datagramBytesMost} bytes`,
      };
};

/*
 * Reads gauges as strictly as statsd's documents allow: docs/metric_types.md and exampleConfig.js of
 * github.com/statsd/statsd, the rules of Graphite's paths, and for tags "Datagram Format" of Datadog. It accepts nothing
 * that statsd would repair, since what is repaired has another name afterwards.
 */

export interface ReadGauge {
  readonly name: string;
  readonly value: number;
  readonly tags: ReadonlyMap<string, string>;
}

/** All gauges of a datagram. Throws where anything is not by the rules. */
export const readDatagram = (bytes: Buffer): readonly ReadGauge[] => {
  const text = bytes.toString('utf8');
  if (Buffer.compare(Buffer.from(text), bytes) !== 0) throw new Error('no UTF-8');
  return text.split('\n').map(readGauge);
};

/** `name:value|g` or `name:value|g|#tag:value,tag:value`. */
export const readGauge = (line: string): ReadGauge => {
  const refuse = (because: string): never => {
    throw new Error(`${because}: ${JSON.stringify(line)}`);
  };
  const colon = line.indexOf(':');
  if (colon < 1) refuse('no name');
  const name = line.slice(0, colon);
  if (!/^[a-zA-Z0-9_.-]+$/.test(name)) refuse('statsd would change the name');
  if (name.split('.').includes('')) refuse('an empty part, which is no folder of Graphite');
  if (name.split('.').some((part) => part.length > 250)) refuse('a part that is no name of a file');
  const [value = '', type, tags, ...more] = line.slice(colon + 1).split('|');
  if (type !== 'g' || more.length > 0) refuse('no gauge');
  if (!/^\d+$/.test(value)) refuse('a sign would change the gauge instead of setting it');
  return { name, value: Number(value), tags: tags === undefined ? new Map() : readTags(tags, name, refuse) };
};

const readTags = (text: string, name: string, refuse: (because: string) => never): ReadonlyMap<string, string> => {
  if (!/^[a-zA-Z][a-zA-Z0-9_.]*$/.test(name)) refuse('Datadog would change the name');
  if (!text.startsWith('#')) refuse('no tags');
  const tags = text
    .slice(1)
    .split(',')
    .map((tag) => {
      const [key = '', value = '', ...more] = tag.split(':');
      if (more.length > 0 || !/^[a-z]+$/.test(key) || !/^[a-zA-Z0-9_.-]+$/.test(value) || tag.length > 200)
        refuse('Datadog would change a tag');
      return [key, value] as const;
    });
  if (new Set(tags.map(([key]) => key)).size < tags.length) refuse('a tag twice');
  return new Map(tags);
};

/** The reference page of the configuration file, made from its JSON schema. */
import type { JsonSchema } from '../../monkey/config/json-schema.ts';

/** One row: a key, what it means, what it may be, and what it is where nobody says. */
interface Row {
  readonly path: string;
  readonly about: string;
  readonly may: string;
  readonly unless: string;
}

export const configurationPage = (schema: JsonSchema): string => {
  const sections = Object.entries(schema.properties ?? {}).map(([name, section]) =>
    sectionText(name, toSchema(section), (schema.required ?? []).includes(name)),
  );
  return `${[introduction, ...sections].join('\n\n')}\n`;
};

const introduction = `# Configuration

<!-- Made by \`npm run docs\` from the schema. Do not edit. -->

One YAML file: \`--config FILE\`, else \`./doctor-monkey.yaml\`, else \`/etc/doctor-monkey/config.yaml\`. It is read once, and
strictly: all that is wrong with it is told at once, with exit code 2. \`monkey config check\` reads it and does nothing,
\`monkey config show\` prints it with all defaults, and \`monkey config schema\` is its JSON schema for editors.

Durations are written \`250ms\`, \`30s\`, \`5m\`, \`2h\`, \`1d\`; shares \`90%\`.

Secrets never stand in it. Each comes from the first of these that is there:

| secret | variable | file named by | systemd credential |
|---|---|---|---|
| password of Redis | \`DOCTOR_MONKEY_REDIS_PASSWORD\` | \`pool.redis.passwordFile\` | \`redis-password\` |
| password of the Sentinels | \`DOCTOR_MONKEY_SENTINEL_PASSWORD\` | \`pool.redis.sentinelPasswordFile\` | \`sentinel-password\` |
| bot token of Slack | \`SLACK_BOT_TOKEN\` | \`slack.tokenFile\` | \`slack-token\` |
| key of the pager | \`DOCTOR_MONKEY_PAGER_KEY\` | \`pages.webhook.keyFile\` | \`pager-key\` |

What EC2 wants to know comes as the AWS SDK finds it: the environment, or the role of the instance.`;

const sectionText = (name: string, section: JsonSchema, required: boolean): string => {
  const title = `## ${name}${required ? ' (required)' : ''}\n\n${section.description ?? ''}`;
  return `${title}\n\n${tableText(rowsOf(section, ''))}${listsOf(section, name)}`;
};

const tableText = (rows: readonly Row[]): string =>
  [
    '| key | what | may be | default |',
    '|---|---|---|---|',
    ...rows.map(({ path, about, may, unless }) => `| \`${path}\` | ${cell(about)} | ${cell(may)} | ${cell(unless)} |`),
  ].join('\n');

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** A row for each key, and for each key within it. */
const rowsOf = (section: JsonSchema, prefix: string): readonly Row[] =>
  Object.entries(section.properties ?? {}).flatMap(([key, value]) => {
    const schema = toSchema(value);
    const path = prefix + key;
    const row = { path, about: schema.description ?? '', may: mayBe(schema), unless: unlessSaid(section, key, schema) };
    const within = [schema, ...sectionsOf(schema)];
    return [row, ...within.flatMap((one) => rowsOf(one, `${path}.`))];
  });

/** Where a section is one of several things that may stand there. */
const sectionsOf = ({ anyOf = [] }: JsonSchema): readonly JsonSchema[] =>
  anyOf.map(toSchema).filter(({ properties }) => properties !== undefined);

const unlessSaid = (section: JsonSchema, key: string, schema: JsonSchema): string => {
  if ((section.required ?? []).includes(key)) return 'required';
  const { default: value } = schema;
  if (value === undefined || (schema.properties !== undefined && JSON.stringify(value) === '{}')) return '';
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
};

const mayBe = (schema: JsonSchema): string => {
  const { enum: options, const: only, 'x-unit': unit, examples = [] } = schema;
  if (options !== undefined) return options.map((option) => `\`${String(option)}\``).join(', ');
  if (only !== undefined) return `\`${String(only)}\``;
  const example = examples.length === 0 ? '' : `, like \`${JSON.stringify(examples[0]).replaceAll('"', '')}\``;
  if (typeof unit === 'string') return `${unit}${bounds(schema['x-least'], schema['x-most'])}${example}`;
  if (schema.anyOf !== undefined) return schema.anyOf.map((option) => optionText(toSchema(option))).join(' or ');
  return `${kindText(schema)}${example}`;
};

const optionText = (option: JsonSchema): string =>
  option.properties === undefined ? mayBe(option) : `section of ${quoted(Object.keys(option.properties))}`;

const quoted = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');

const kindText = (schema: JsonSchema): string => {
  if (Array.isArray(schema.type)) return schema.type.join(', ');
  switch (schema.type) {
    case 'array':
      return `list of ${mayBe(toSchema(schema.items))}`;
    case 'object':
      return schema.additionalProperties instanceof Object
        ? `section of ${mayBe(toSchema(schema.additionalProperties))}`
        : 'section';
    case 'integer':
      return `whole number${bounds(schema.minimum, schema.maximum)}`;
    case 'string':
      return 'text';
    case undefined:
      return schema.oneOf === undefined ? 'anything' : 'section, see below';
    default:
      return `${schema.type}${bounds(schema.minimum, schema.maximum)}`;
  }
};

const bounds = (least: unknown, most: unknown): string =>
  [boundText('from', least), boundText('to', most)]
    .filter((text) => text !== '')
    .map((text, index) => `${index === 0 ? ', ' : ' '}${text}`)
    .join('');

const boundText = (word: 'from' | 'to', bound: unknown): string =>
  typeof bound === 'string' || typeof bound === 'number' ? `${word} ${bound}` : '';

/** A table for each kind of entry of the lists of a section. */
const listsOf = (section: JsonSchema, prefix: string): string =>
  Object.entries(section.properties ?? {})
    .map(([key, value]) => {
      const schema = toSchema(value);
      const path = `${prefix}.${key}`;
      const entry = schema.items === undefined ? {} : toSchema(schema.items);
      const kinds = (entry.oneOf ?? (entry.properties === undefined ? [] : [entry])).map((kind) =>
        kindOf(path, toSchema(kind)),
      );
      return kinds.join('') + listsOf(schema, path);
    })
    .join('');

const kindOf = (path: string, schema: JsonSchema): string => {
  const { kind } = schema.properties ?? {};
  const name = kind === undefined ? '' : ` of kind \`${String(toSchema(kind).const)}\``;
  return `\n\n### An entry of ${path}${name}\n\n${schema.description ?? ''}\n\n${tableText(rowsOf(schema, ''))}`;
};

/** `true` is a schema as well: anything may be. */
const toSchema = (value: boolean | JsonSchema | readonly (boolean | JsonSchema)[] | undefined): JsonSchema =>
  isSchema(value) ? value : {};

const isSchema = (value: unknown): value is JsonSchema => value instanceof Object && !Array.isArray(value);

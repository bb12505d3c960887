import * as z from 'zod';
import { type Unit, unitName, variableName } from '../machine/unit.ts';

/** What RunInstances, or the cloud itself at its start, asks for. */
export interface LaunchOrder {
  readonly count: number;
  readonly imageId: string;
  readonly type: string;
  /** Goes before what the type has. */
  readonly cpus?: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly clientToken?: string | undefined;
  /** Base64, as in the API. */
  readonly userData?: string | undefined;
  /** The first boot takes this long; without it, as long as any other. */
  readonly firstBootMs?: number;
}

const variables = z.record(z.string().regex(variableName), z.string());

const unitSchema = z.strictObject({
  name: z.string().regex(unitName),
  command: z.string().min(1),
  args: z.array(z.string()).optional(),
  env: variables.optional(),
  restart: z.enum(['always', 'never']).optional(),
  restartDelayMs: z.number().int().min(1).max(60_000).optional(),
});

const wishesSchema = z.strictObject({
  units: z.array(unitSchema).max(32).optional(),
  env: variables.optional(),
  cpus: z.number().int().min(1).max(1024).optional(),
  bootMs: z.number().int().min(0).max(3_600_000).optional(),
});

/** What an instance may wish for in its user data, as JSON. */
export interface Wishes {
  readonly units?: readonly Unit[] | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly cpus?: number | undefined;
  readonly bootMs?: number | undefined;
}

/** User data that is not ours (a script, say) is nobody's wish: it is only handed on. */
export const wishesIn = (userData: string | undefined): Wishes => {
  if (userData === undefined) return {};
  const parsed = wishesSchema.safeParse(jsonIn(Buffer.from(userData, 'base64').toString()));
  return parsed.success ? withoutGaps(parsed.data) : {};
};

const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** A unit's field that was not given is left out, not undefined. */
const withoutGaps = ({ units, ...rest }: z.output<typeof wishesSchema>): Wishes => ({
  ...rest,
  units: units?.map(({ name, command, args, env, restart, restartDelayMs }) => ({
    name,
    command,
    ...(args === undefined ? {} : { args }),
    ...(env === undefined ? {} : { env }),
    ...(restart === undefined ? {} : { restart }),
    ...(restartDelayMs === undefined ? {} : { restartDelayMs }),
  })),
});

/** vCPUs of the types that people play with: "Amazon EC2 T3 instances". Others have what the cloud was told. */
export const cpusOfType = (type: string): number | undefined => {
  const size = /^t[34][a-z]*\.(\w+)$/.exec(type)?.[1];
  if (size === undefined) return undefined;
  return { nano: 2, micro: 2, small: 2, medium: 2, large: 2, xlarge: 4, '2xlarge': 8 }[size];
};

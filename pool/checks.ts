/** The smoke checks that a policy can order, as people write them. What each does is in monkey/probe. */
import * as z from 'zod';
import { jsonPathProblem } from './json-path.ts';
import { duration } from './units.ts';

const path = z
  .string()
  .startsWith('/', 'a path starts with /')
  .default('/')
  .describe("Path that is asked for, at the node's own URL.");
const status = (what: string) => z.int().min(100).max(599).default(200).describe(what);

/** Refused where it is ordered: a check that can't be followed would keep every node out. */
const jsonPath = z
  .string()
  .min(1)
  .superRefine((text, context) => {
    const because = jsonPathProblem(text);
    // `status` for `$.status` has always been followed.
    if (text !== '' && because !== undefined && jsonPathProblem(`$.${text}`) !== undefined)
      context.addIssue({ code: 'custom', message: `is no JSONPath: ${because}; write it like $.status` });
  });

/** Words for a problem where a value of JSON is expected. */
const plainValue = 'expected text, a number, true, false or null';

export const checkSchema = z
  .discriminatedUnion('kind', [
    z
      .strictObject({
        kind: z.literal('content'),
        path,
        minBytes: z.int().min(1).default(1).describe('The body has at least this many bytes.'),
      })
      .describe('Some content came.'),
    z
      .strictObject({ kind: z.literal('status'), path, status: status('What the status must be.') })
      .describe('The status is what it should be.'),
    z
      .strictObject({
        kind: z.literal('address'),
        host: z.string().min(1).optional().describe("Host name or address; without it, the one of the node's URL."),
      })
      .describe('The public address answers: by ping where that is allowed, else by TCP.'),
    z
      .strictObject({
        kind: z.literal('http'),
        name: z.string().min(1).optional().describe('What the check is called in reports; without it, its path.'),
        path,
        status: status('What the status must be.'),
        body: z.string().min(1).optional().describe('Text that the body must contain.'),
        jsonPath: jsonPath.optional().describe('JSONPath of a value that must be in the body.'),
        equals: z
          .union([z.string(), z.number(), z.boolean(), z.null()], { error: plainValue })
          .optional()
          .describe('What the value at `jsonPath` must be.'),
        latency: duration(1).optional().describe('The whole answer must have come within this time.'),
      })
      .refine((check) => check.equals === undefined || check.jsonPath !== undefined, {
        path: ['equals'],
        message: 'has nothing to be compared with; say in jsonPath where the value is',
      })
      .describe('An HTTP answer is as described.'),
    z
      .strictObject({
        kind: z.literal('tcp'),
        port: z.int().min(1).max(65_535).optional().describe("Port; without it, the one of the node's URL."),
      })
      .describe('A TCP connection is accepted.'),
    // By name only: who may write to Redis must not thereby run programs on every node.
    z
      .strictObject({
        kind: z.literal('command'),
        name: z.string().min(1).describe("The command's name in `agent.commands` of the node's own file."),
      })
      .describe('A command of the node ends with 0.'),
  ])
  .describe('One smoke check.');

/** One smoke check, as the policy orders it. */
export type CheckOrder = z.output<typeof checkSchema>;

/** Is this check of that kind, or has it that name? */
export const isCalled = (order: CheckOrder, name: string): boolean =>
  order.kind === name || ('name' in order && order.name === name);

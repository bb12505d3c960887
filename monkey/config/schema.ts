/** The whole configuration file: the table of its sections. */
import * as z from 'zod';
import { policySchema } from '../../pool/policy.ts';
import { proxySchema } from '../../proxy/config-schema.ts';
import { agentSection } from './sections/agent.ts';
import { collectSection } from './sections/collect.ts';
import { controllerSection } from './sections/controller.ts';
import { ec2Section } from './sections/ec2.ts';
import { logSection } from './sections/log.ts';
import { nodeSection } from './sections/node.ts';
import { pagesSection } from './sections/pages.ts';
import { poolSection } from './sections/pool.ts';
import { slackSection } from './sections/slack.ts';

export const fileSchema = z
  .strictObject({
    pool: poolSection,
    node: nodeSection.optional(),
    agent: agentSection,
    collect: collectSection.optional(),
    controller: controllerSection,
    proxy: proxySchema.prefault({}).describe('The router, where our own is used.'),
    slack: slackSection.optional(),
    pages: pagesSection.optional(),
    ec2: ec2Section,
    log: logSection,
    policy: policySchema
      .optional()
      .describe('What the first agent of an empty pool brings; from then on the policy that the pool holds stands.'),
  })
  .describe('Configuration of Doctor Monkey.');

/** What the file says, in the units that the program works with; secrets are not in it. */
export type FileSettings = z.output<typeof fileSchema>;

/** The part of the configuration that says where EC2 is. Credentials come from the environment, files or the instance's role. */
import { z } from 'zod';

export const ec2Schema = z.strictObject({
  /** The region of the nodes; the SDK's own settings and the instance's metadata say it where this does not. */
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d+$/, 'a region, like eu-central-1')
    .optional(),
  /** Only where EC2 is not at its usual address. */
  endpoint: z.url({ protocol: /^https?$/, error: 'an http or https URL' }).optional(),
});
export type Ec2Section = z.output<typeof ec2Schema>;

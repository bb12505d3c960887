import * as z from 'zod';
import { httpUrl } from './address.ts';

export const ec2Section = z
  .strictObject({
    region: z
      .string()
      .regex(/^[a-z]+(-[a-z]+)*-\d+$/, {
        error: ({ input }) => `${JSON.stringify(input)} is not a region; write it like eu-central-1`,
      })
      .optional()
      .describe('Region of the instances; without it, AWS_REGION or what the metadata service says.'),
    endpoint: httpUrl('http://127.0.0.1:4566')
      .optional()
      .describe("Where the EC2 API is, if not at the region's own address."),
  })
  .prefault({})
  .describe('The EC2 API. Credentials come as the AWS SDK finds them: environment, or the role of the instance.');

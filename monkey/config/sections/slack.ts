import * as z from 'zod';
import { httpUrl } from './address.ts';
import { filePath } from './file-path.ts';

export const slackSection = z
  .strictObject({
    channel: z
      .string()
      .regex(/^([CDG][A-Z0-9]{7,}|#[^\s#]{1,80})$/, {
        error: ({ input }) =>
          `${JSON.stringify(input)} is not a channel; write its id, like C0123456789, or its name, like "#ops"`,
      })
      .describe('Channel that is told, by id (better, names change) or by name.')
      .meta({ examples: ['C0123456789'], 'x-unit': 'channel' }),
    tokenFile: filePath
      .optional()
      .describe(
        'File that holds the bot token. SLACK_BOT_TOKEN comes first; the systemd credential `slack-token` last.',
      ),
    apiUrl: httpUrl('https://slack.com/api').prefault('https://slack.com/api').describe("Slack's Web API."),
    mention: z
      .string()
      .regex(/^<(@[UW][A-Z0-9]+|!subteam\^S[A-Z0-9]+|!here|!channel)>$/, {
        error: ({ input }) =>
          `${JSON.stringify(input)} mentions nobody; write it as Slack does, like <!subteam^S0123456789> or <!here>`,
      })
      .optional()
      .describe('Who is called when a human is needed now.')
      .meta({ examples: ['<!subteam^S0123456789>'] }),
  })
  .describe('Where people are told. Without this section nobody is, but by the log.');

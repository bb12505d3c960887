import * as z from 'zod';
import { httpUrl } from './address.ts';
import { filePath } from './file-path.ts';

const example = 'https://events.pagerduty.com/v2/enqueue';

/** The key goes along with each page: only who is on this machine may hear it in the clear. */
const isPrivate = (url: string): boolean => {
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
};

const webhook = z
  .strictObject({
    url: httpUrl(example)
      .refine(isPrivate, { error: `sends the key in the clear; write https, like ${example}` })
      .describe("Where pages are sent to, in the form of PagerDuty's Events API v2."),
    keyFile: filePath
      .optional()
      .describe(
        "File that holds the integration's key (`routing_key`). DOCTOR_MONKEY_PAGER_KEY comes first; the systemd credential `pager-key` last.",
      ),
  })
  .describe('Who is called when a human is needed now; the good end of an incident resolves it.');

export const pagesSection = z
  .strictObject({ webhook: webhook.optional() })
  .describe('How people are called, beside a mention in Slack. Both go their own ways: neither waits for the other.');

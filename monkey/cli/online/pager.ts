import type { Config } from '../../config/config.ts';
import { finding, type OnlineCheck } from './finding.ts';

/** Is there a key to call with? Whether it is right shows only when somebody is called, so nobody is. */
export const checkPager =
  (pages: Config['pages']): OnlineCheck =>
  async () => {
    if (pages?.webhook === undefined)
      return [finding('pager', 'skipped', 'no pages.webhook section: nobody is called, but by a mention in Slack')];
    return pages.webhook.key === undefined
      ? [finding('pager', 'bad', 'no key: set DOCTOR_MONKEY_PAGER_KEY, or name a file in pages.webhook.keyFile')]
      : [finding('pager', 'skipped', 'there is a key; whether it is right shows only when somebody is called')];
  };

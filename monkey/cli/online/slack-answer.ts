/** What Slack's answers mean for the channel that is to be told. Pure. https://api.slack.com/methods/conversations.info */
import type { OnlineFinding } from './finding.ts';

export const channelMeaning = (
  channel: string,
  answer: unknown,
  scopes: readonly string[],
): Pick<OnlineFinding, 'verdict' | 'detail'> => {
  if (fieldOf(answer, 'ok') !== true) return refused(channel, codeOf(fieldOf(answer, 'error')));
  const about = fieldOf(answer, 'channel');
  const name = `#${String(fieldOf(about, 'name'))}`;
  if (fieldOf(about, 'is_archived') === true)
    return { verdict: 'bad', detail: `${name} is archived: nobody reads what is written there, and Slack refuses it` };
  // A public channel can be written to by who has this scope, member or not.
  const mayWrite = fieldOf(about, 'is_member') !== false || scopes.includes('chat:write.public');
  return mayWrite
    ? { verdict: 'ok', detail: `${name} is there, and the bot may write to it` }
    : { verdict: 'bad', detail: `the bot is no member of ${name}: type /invite with its name there` };
};

const refused = (channel: string, code: string): Pick<OnlineFinding, 'verdict' | 'detail'> => {
  if (code === 'missing_scope')
    return { verdict: 'skipped', detail: `${channel} could not be looked at: the token has no channels:read` };
  if (code === 'channel_not_found') {
    const advice = 'is the id right, and is the bot a member, if the channel is private?';
    return { verdict: 'bad', detail: `there is no ${channel} for this token: ${advice}` };
  }
  return { verdict: 'bad', detail: `${channel}: Slack says ${code}` };
};

export const fieldOf = (answer: unknown, name: string): unknown =>
  answer instanceof Object ? Reflect.get(answer, name) : undefined;

/** Slack's errors are single words. Anything else may quote what was sent, and is not repeated. */
export const codeOf = (error: unknown): string =>
  typeof error === 'string' && /^\w{1,60}$/.test(error) ? error : 'its answer is none of Slack’s';

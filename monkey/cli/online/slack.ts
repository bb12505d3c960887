import type { SlackAccess } from '../../config/config.ts';
import { finding, type OnlineCheck, type OnlineFinding } from './finding.ts';
import { channelMeaning, codeOf, fieldOf } from './slack-answer.ts';

/** Is the token one of a bot that may write, and is the channel one that it can write to? Asked without telling anybody. */
export const checkSlack =
  (slack: SlackAccess | undefined): OnlineCheck =>
  async ({ deadlineMs, signal }) => {
    if (slack === undefined) return [finding('slack', 'skipped', 'no slack section: nobody is told, but by the log')];
    if (slack.token === undefined)
      return [finding('slack', 'bad', 'no token: set SLACK_BOT_TOKEN, or name a file in slack.tokenFile')];
    const deadline = AbortSignal.timeout(deadlineMs);
    const asking: Asking = {
      ...{ apiUrl: slack.apiUrl, token: slack.token.reveal() },
      signal: signal === undefined ? deadline : AbortSignal.any([deadline, signal]),
    };
    try {
      const who = await ask(asking, 'auth.test');
      const token = tokenMeaning(who);
      return token.verdict === 'bad' ? [token] : [token, await checkChannel(asking, slack.channel, who.scopes)];
    } catch (error) {
      return [finding('slack', 'bad', `${slack.apiUrl} could not be asked: ${causeOf(error)}`)];
    }
  };

interface Asking {
  readonly apiUrl: string;
  readonly token: string;
  readonly signal: AbortSignal;
}

interface Said {
  readonly answer: unknown;
  /** What the token may do; undefined where Slack does not say. */
  readonly scopes: readonly string[] | undefined;
}

const ask = async ({ apiUrl, token, signal }: Asking, call: string): Promise<Said> => {
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${apiUrl}/${call}`, { method: 'POST', headers, signal });
  const scopes = response.headers.get('x-oauth-scopes')?.split(/,\s*/);
  return { answer: await response.json(), scopes };
};

const tokenMeaning = ({ answer, scopes }: Said): OnlineFinding => {
  if (fieldOf(answer, 'ok') !== true)
    return finding('slack', 'bad', `Slack refuses the token: ${codeOf(fieldOf(answer, 'error'))}`);
  if (scopes !== undefined && !scopes.includes('chat:write'))
    return finding('slack', 'bad', `the token may not write: it has ${scopes.join(', ')}, and chat:write is needed`);
  return finding(
    'slack',
    'ok',
    `the token is of ${String(fieldOf(answer, 'user'))} in ${String(fieldOf(answer, 'team'))}`,
  );
};

const checkChannel = async (asking: Asking, channel: string, scopes: Said['scopes']): Promise<OnlineFinding> => {
  if (channel.startsWith('#')) {
    const advice = 'write its id, like C0123456789, to have it looked at';
    return finding('slack-channel', 'skipped', `${channel} is a name, and Slack looks up ids only: ${advice}`);
  }
  const { answer } = await ask(asking, `conversations.info?channel=${encodeURIComponent(channel)}`);
  const { verdict, detail } = channelMeaning(channel, answer, scopes ?? []);
  return finding('slack-channel', verdict, detail);
};

/** Node's fetch hides why it failed one level down. */
const causeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
};

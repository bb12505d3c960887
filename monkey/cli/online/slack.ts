import type { SlackAccess } from '../../config/config.ts';
import { finding, type OnlineCheck } from './finding.ts';

/** Is the token one of a bot that may write? Asked by `auth.test`, which tells nobody anything. */
export const checkSlack =
  (slack: SlackAccess | undefined): OnlineCheck =>
  async ({ deadlineMs, signal }) => {
    if (slack === undefined) return [finding('slack', 'skipped', 'no slack section: nobody is told, but by the log')];
    if (slack.token === undefined)
      return [finding('slack', 'bad', 'no token: set SLACK_BOT_TOKEN, or name a file in slack.tokenFile')];
    try {
      const deadline = AbortSignal.timeout(deadlineMs);
      const response = await fetch(`${slack.apiUrl}/auth.test`, {
        method: 'POST',
        headers: { authorization: `Bearer ${slack.token.reveal()}` },
        signal: signal === undefined ? deadline : AbortSignal.any([deadline, signal]),
      });
      return [judge(await response.json(), response.headers.get('x-oauth-scopes'))];
    } catch (error) {
      return [finding('slack', 'bad', `${slack.apiUrl} could not be asked: ${causeOf(error)}`)];
    }
  };

const judge = (answer: unknown, scopes: string | null) => {
  const field = (name: string): unknown => (answer instanceof Object ? Reflect.get(answer, name) : undefined);
  if (field('ok') !== true) return finding('slack', 'bad', `Slack refuses the token: ${codeOf(field('error'))}`);
  if (scopes !== null && !scopes.split(/,\s*/).includes('chat:write'))
    return finding('slack', 'bad', `the token may not write: it has ${scopes}, and chat:write is needed`);
  return finding('slack', 'ok', `the token is of ${String(field('user'))} in ${String(field('team'))}`);
};

/** Slack's errors are single words. Anything else may quote what was sent, and is not repeated. */
const codeOf = (error: unknown): string =>
  typeof error === 'string' && /^\w{1,60}$/.test(error) ? error : 'its answer is none of Slack’s';

/** Node's fetch hides why it failed one level down. */
const causeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
};

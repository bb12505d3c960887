/** What `config check --online` says of the channel, by what Slack answers. */
import { expect, test } from '@jest/globals';
import { channelMeaning } from '../../../monkey/cli/online/slack-answer.ts';

const of = (channel: object, scopes: readonly string[] = []) =>
  channelMeaning('C01', { ok: true, channel: { name: 'ops', is_member: true, ...channel } }, scopes);
const refused = (error: unknown) => channelMeaning('C01', { ok: false, error }, []);

test('a channel with the bot in it is fine', () => {
  expect(of({})).toEqual({ verdict: 'ok', detail: '#ops is there, and the bot may write to it' });
});

test('without the bot in it it is not, unless the token may write to every public one', () => {
  expect(of({ is_member: false })).toMatchObject({ verdict: 'bad', detail: expect.stringContaining('/invite') });
  expect(of({ is_member: false }, ['chat:write', 'chat:write.public'])).toMatchObject({ verdict: 'ok' });
});

test('an archived one takes nothing', () => {
  expect(of({ is_archived: true })).toMatchObject({ verdict: 'bad', detail: expect.stringContaining('archived') });
});

test('one that is not there is named', () => {
  expect(refused('channel_not_found')).toMatchObject({ verdict: 'bad', detail: expect.stringContaining('no C01') });
});

test('a token that may not look is told apart from a channel that is wrong', () => {
  expect(refused('missing_scope')).toMatchObject({ verdict: 'skipped' });
});

test('what is no word of Slack is not repeated', () => {
  expect(refused('<b>xoxb-1</b>').detail).not.toContain('xoxb');
});

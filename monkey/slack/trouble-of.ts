import type { Trouble } from '../doctor/ports/messenger.ts';

/** https://docs.slack.dev/reference/methods/chat.postMessage#errors: what a human must see to. */
const ofAccess: ReadonlySet<string> = new Set([
  ...['invalid_auth', 'not_authed', 'account_inactive', 'token_revoked', 'token_expired', 'not_allowed_token_type'],
  ...['missing_scope', 'no_permission', 'access_denied', 'ekm_access_denied', 'enterprise_is_restricted'],
  ...[
    'org_login_required',
    'team_access_not_granted',
    'team_added_to_org',
    'accesslimited',
    'two_factor_setup_required',
  ],
  ...['channel_not_found', 'not_in_channel', 'is_archived', 'restricted_action', 'restricted_action_read_only_channel'],
  ...['restricted_action_non_threadable_channel', 'method_not_supported_for_channel_type', 'messages_tab_disabled'],
]);

/** This one message is not taken. */
const ofMessage: ReadonlySet<string> = new Set([
  ...['invalid_blocks', 'invalid_blocks_format', 'msg_blocks_too_long', 'msg_too_long', 'no_text'],
  ...['too_many_attachments', 'too_many_contact_cards', 'attachment_payload_limit_exceeded', 'invalid_attachments'],
  ...['metadata_too_large', 'invalid_metadata_format', 'invalid_metadata_schema', 'metadata_must_be_sent_from_app'],
  ...['invalid_arguments', 'invalid_arg_name', 'invalid_array_arg', 'invalid_charset', 'invalid_form_data'],
  ...['markdown_text_conflict', 'invalid_post_type', 'missing_post_type', 'slack_connect_file_link_sharing_blocked'],
]);

const ofThread: ReadonlySet<string> = new Set([
  ...['thread_not_found', 'message_not_found', 'invalid_thread_ts', 'cannot_reply_to_message'],
  ...['restricted_action_thread_locked', 'restricted_action_thread_only_channel'],
]);

/** Not now. */
const ofSlack: ReadonlySet<string> = new Set([
  ...['internal_error', 'fatal_error', 'service_unavailable', 'request_timeout', 'team_quota_exceeded'],
  ...['message_limit_exceeded', 'rollup_error'],
]);

const limitedFallbackMs = 30_000;

/** What went wrong with a call, from the error that the SDK threw. Told apart by `code`: the SDK is loaded late. */
export const troubleOf = (error: unknown): Trouble => {
  const fields: Readonly<Record<string, unknown>> = isRecord(error) ? error : {};
  switch (fields['code']) {
    case 'slack_webapi_rate_limited_error': {
      const { retryAfter } = fields;
      return { kind: 'limited', retryAfterMs: typeof retryAfter === 'number' ? retryAfter * 1_000 : limitedFallbackMs };
    }
    case 'slack_webapi_platform_error':
      return ofPlatform(isRecord(fields['data']) ? fields['data']['error'] : undefined);
    case 'slack_webapi_http_error':
      return ofHttp(fields['statusCode']);
    default:
      return ofRequest(fields);
  }
};

const ofPlatform = (code: unknown): Trouble => {
  // Slack's errors are words; anything else is a proxy's page or worse.
  if (typeof code !== 'string' || !/^[a-z][a-z0-9_]{1,80}$/.test(code))
    return { kind: 'away', because: 'what answered does not speak like Slack' };
  if (code === 'ratelimited' || code === 'rate_limited') return { kind: 'limited', retryAfterMs: limitedFallbackMs };
  if (ofSlack.has(code)) return { kind: 'away', because: code };
  const what = ofAccess.has(code)
    ? 'access'
    : ofMessage.has(code)
      ? 'message'
      : ofThread.has(code)
        ? 'thread'
        : 'unknown';
  return { kind: 'refused', what, code };
};

const ofHttp = (status: unknown): Trouble => {
  if (status === 429) return { kind: 'limited', retryAfterMs: limitedFallbackMs };
  if (typeof status === 'number' && status >= 400 && status < 500)
    return { kind: 'refused', what: 'access', code: `http-${status}` };
  return { kind: 'away', because: `HTTP status ${String(status)}` };
};

/** The SDK's way to say that a limit came without a time; it has no code of its own. */
const limitedWithoutTime = 'Retry header did not contain';

const ofRequest = (error: Readonly<Record<string, unknown>>): Trouble => {
  const because = reasonOf(error);
  return because.startsWith(limitedWithoutTime)
    ? { kind: 'limited', retryAfterMs: limitedFallbackMs }
    : { kind: 'away', because };
};

/** Why a request failed: the innermost reason, without what changes from try to try. */
export const reasonOf = (error: unknown): string => {
  if (!isRecord(error)) return String(error);
  const { cause, original, name, code, message } = error;
  if (isRecord(original) || isRecord(cause)) return reasonOf(isRecord(original) ? original : cause);
  if (name === 'TimeoutError' || name === 'AbortError') return 'no answer in time';
  return typeof code === 'string' ? code : String(message);
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

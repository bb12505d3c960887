/** The only file that imports Slack's client; it is itself imported when Slack is first needed, because it is heavy. */
export { LogLevel, WebClient } from '@slack/web-api';

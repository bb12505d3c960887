import { adminPath, answerAdmin } from './admin.ts';
import { actionsWith } from './ec2/actions.ts';
import { answerEc2, type Ec2Ports } from './ec2/front.ts';
import { type Handler, jsonReply } from './http/serve.ts';
import { answerPager } from './pager/front.ts';
import { type Parts, pagerPath, uploadPath } from './parts.ts';
import { answerSlack, receiveUpload, type SlackPorts } from './slack/front.ts';
import { methods } from './slack/methods.ts';
import { PostLimits } from './slack/rate.ts';

const slackPath = '/api/';

/** One port for all: EC2 at `/`, Slack's methods at `/api/`, files for it at `/upload/v1/`, pages at `/pager/`, what is ours at `/_local/`. */
export const routeWith = (parts: Parts): Handler => {
  const ec2 = ec2Ports(parts);
  const slack = slackPorts(parts);
  const pager = { ...parts, desk: parts.pagerDesk, key: parts.pagerKey, ending: parts.ending.signal };
  const admin = { ...parts, life: () => parts.life.all() };
  return (asked) => {
    const path = asked.url.pathname;
    if (path === '/') return answerEc2(asked, ec2);
    if (path.startsWith(slackPath)) return answerSlack(path.slice(slackPath.length), asked, slack);
    if (path.startsWith(uploadPath)) return receiveUpload(path.slice(uploadPath.length), asked, slack);
    if (path === pagerPath) return answerPager(asked, pager);
    if (path.startsWith(adminPath)) return answerAdmin(asked, admin);
    return jsonReply(404, { error: `there is no ${path}` });
  };
};

const ec2Ports = ({ region, faults, calls, credentials, ending }: Parts): Ec2Ports => ({
  region,
  actions: actionsWith(faults),
  faults,
  calls,
  credentialOf: (accessKeyId) => credentials.find(accessKeyId),
  ending: ending.signal,
});

const slackPorts = ({ settings, workspace, uploads, faults, calls, slackToken, ending }: Parts): SlackPorts => ({
  workspace,
  uploads,
  methods,
  faults,
  calls,
  limits: new PostLimits(settings.slackPostRate),
  token: slackToken,
  scopes: settings.slackScopes,
  ending: ending.signal,
});

import { type Asked, type Handler, type Reply, reply } from '../http/serve.ts';
import type { Instance } from '../region/instance.ts';
import { type ImdsFacts, metadataTree, type Tree } from './metadata.ts';
import { Tokens } from './tokens.ts';

const ttlHeader = 'x-aws-ec2-metadata-token-ttl-seconds';
const tokenHeader = 'x-aws-ec2-metadata-token';
const tokenPath = '/latest/api/token';

const plain = (status: number, text: string, headers: Record<string, string> = {}): Reply =>
  reply(status, 'text/plain', text, headers);

/**
 * The instance metadata service, version 2 only: a token first (PUT), then everything else with it. Source: "Use the
 * Instance Metadata Service to access instance metadata", EC2 User Guide.
 */
export const imdsHandler = (instanceOf: () => Instance | undefined, facts: ImdsFacts): Handler => {
  const tokens = new Tokens();
  return ({ request, url }: Asked) => {
    if (url.pathname === tokenPath) return issueToken(tokens, request);
    if (request.method !== 'GET' && request.method !== 'HEAD') return plain(405, '');
    const secondsLeft = tokens.secondsLeft(String(request.headers[tokenHeader] ?? ''));
    if (secondsLeft === 'invalid') return plain(401, 'Unauthorized\n');
    const instance = instanceOf();
    const found = instance === undefined ? undefined : walk(metadataTree(instance, facts), url.pathname);
    return found === undefined ? plain(404, 'Not Found\n') : plain(200, found, { [ttlHeader]: String(secondsLeft) });
  };
};

const issueToken = (tokens: Tokens, request: Asked['request']): Reply => {
  if (request.method !== 'PUT') return plain(405, '');
  // A request that some proxy passed on must not get a token: it may not come from the instance.
  if (request.headers['x-forwarded-for'] !== undefined) return plain(403, '');
  const ttl = request.headers[ttlHeader];
  const issued = tokens.issue(typeof ttl === 'string' ? ttl : undefined);
  return issued === 'invalid-ttl'
    ? plain(400, 'Bad Request\n')
    : plain(200, issued.token, { [ttlHeader]: String(issued.seconds) });
};

/** A leaf is its text; a folder lists its entries, those that are folders with a slash. */
const walk = (tree: Tree, path: string): string | undefined => {
  let here: Tree | undefined = tree;
  for (const step of path.split('/').filter((part) => part !== '')) {
    const entry = decodedOrNothing(step);
    here = typeof here === 'object' && entry !== undefined && Object.hasOwn(here, entry) ? here[entry] : undefined;
  }
  if (typeof here !== 'object') return here;
  return Object.entries(here)
    .map(([name, entry]) => (typeof entry === 'string' ? name : `${name}/`))
    .join('\n');
};

const decodedOrNothing = (step: string): string | undefined => {
  try {
    return decodeURIComponent(step);
  } catch {
    return undefined;
  }
};

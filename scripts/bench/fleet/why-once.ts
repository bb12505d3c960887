/**
 * One ask of `why`, in a process that has asked nothing before: `bench-why REDIS-URL POOL NODE`. Prints what it took from
 * connected to decided, as JSON.
 */
import { ask } from './why-ask.ts';

const [url = '', pool = '', node = ''] = process.argv.slice(2);
process.stdout.write(JSON.stringify(await ask(url, pool, node)));

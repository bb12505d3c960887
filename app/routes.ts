import type { Route } from './route.ts';
import { burn } from './routes/burn.ts';
import { chain } from './routes/chain.ts';
import { echo } from './routes/echo.ts';
import { get } from './routes/get.ts';
import { hang } from './routes/hang.ts';
import { healthz } from './routes/healthz.ts';
import { leak } from './routes/leak.ts';
import { page } from './routes/page.ts';
import { slow } from './routes/slow.ts';
import { spin } from './routes/spin.ts';

/** Path to route; the WebSocket at /ws stands in web-socket.ts. */
export const routes = (): ReadonlyMap<string, Route> =>
  new Map([
    ['/', page],
    ['/healthz', healthz],
    ['/get', get],
    ['/chain', chain],
    ['/burn', burn],
    ['/spin', spin],
    ['/leak', leak()],
    ['/hang', hang],
    ['/slow', slow],
    ['/echo', echo],
  ]);

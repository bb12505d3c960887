import { type Route, sendJson } from '../route.ts';

/** Is the app well? 200 with `{ok: true, …}`; 503 once it is stopping. */
export const healthz: Route = {
  method: 'GET',
  answer: ({ response, app }) => {
    const ok = !app.stopping.aborted;
    sendJson(response, ok ? 200 : 503, {
      ok,
      status: ok ? 'up' : 'stopping',
      node: app.node,
      bootId: app.bootId,
      pid: process.pid,
      upForMs: Math.round(process.uptime() * 1000),
    });
  },
};

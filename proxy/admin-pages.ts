/** What the admin port shows. */
import { json, type Page, type Pages } from './admin.ts';
import type { Telling } from './telling.ts';

export interface PagesParts {
  /** `more` is what `/members` tells besides. */
  readonly telling: () => Promise<Telling & { readonly more?: object }>;
  readonly metrics: () => Promise<Pick<Page, 'type' | 'body'>>;
}

/**
 * - `/health`: 200 when requests can be routed, to one pool at least;
 * - `/ready`: 200 when the members are known and the router is not stopping, even if there are none or all fail: the body tells;
 * - `/members`: whom it routes to, and how they do;
 * - `/metrics`: for Prometheus.
 */
export const adminPages = ({ telling, metrics }: PagesParts): Pages => ({
  '/health': async () => {
    const { health } = await telling();
    return json(health.ok ? 200 : 503, health);
  },
  '/ready': async () => {
    const { ready } = await telling();
    return json(ready.ok ? 200 : 503, ready);
  },
  '/members': async () => {
    const { router, shown, others, more } = await telling();
    return json(200, { router, ...more, ...shown, ...(Object.keys(others).length === 0 ? {} : { others }) });
  },
  '/metrics': async () => ({ status: 200, ...(await metrics()) }),
});

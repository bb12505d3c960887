/**
 * Which route a request takes, by its host and path.
 *
 * The most specific one wins, whatever their order: an exact host before `*.example.com`, the longer of these before the
 * shorter, any of them before a route without a host; then the longest path. Paths are compared as the client wrote them,
 * segment by segment: a route is no access control.
 */

export interface RouteMatch {
  /** In lower case, without a port; `*.example.com` stands for every name below that. Undefined: any. */
  readonly host?: string | undefined;
  /** This path and all below it. Undefined: any. */
  readonly path?: string | undefined;
}

/** @param host as the Host header has it, with or without a port; empty where there is none
 * @param target in origin form, with or without a query; or `*` */
export type RouteOf<T> = (host: string, target: string) => T;

export const routesBy = <T>(routes: readonly (RouteMatch & { readonly to: T })[], otherwise: T): RouteOf<T> => {
  if (routes.length === 0) return () => otherwise;
  const named = new Map<string, readonly PathRoute<T>[]>();
  for (const host of new Set(routes.map((route) => route.host ?? '')))
    named.set(host, longestFirst(routes.filter((route) => (route.host ?? '') === host)));
  const wildcards = [...named.keys()].filter((host) => host.startsWith('*.')).sort((a, b) => b.length - a.length);
  return (written, target) => {
    const host = nameIn(written);
    const path = pathIn(target);
    const exact = host.startsWith('*') ? undefined : named.get(host);
    const found = exact === undefined || host === '' ? undefined : fitting(exact, path);
    if (found !== undefined) return found.to;
    for (const wildcard of wildcards) {
      const below = host.endsWith(wildcard.slice(1)) ? fitting(named.get(wildcard) ?? [], path) : undefined;
      if (below !== undefined) return below.to;
    }
    return fitting(named.get('') ?? [], path)?.to ?? otherwise;
  };
};

interface PathRoute<T> {
  readonly path?: string | undefined;
  readonly to: T;
}

const longestFirst = <T>(routes: readonly PathRoute<T>[]): readonly PathRoute<T>[] =>
  [...routes].sort((a, b) => (b.path ?? '').length - (a.path ?? '').length);

const fitting = <T>(routes: readonly PathRoute<T>[], path: string): PathRoute<T> | undefined => {
  for (const route of routes) if (route.path === undefined || isBelow(path, route.path)) return route;
  return undefined;
};

/** `/report` holds for `/report` and `/report/7`, not for `/reports`; `/` holds for everything. */
export const isBelow = (path: string, base: string): boolean =>
  path.startsWith(base) && (path.length === base.length || base.endsWith('/') || path[base.length] === '/');

/** `Example.COM.:8080` is `example.com`. */
const nameIn = (host: string): string => host.replace(/:\d*$/, '').replace(/\.$/, '').toLowerCase();

const pathIn = (target: string): string => {
  const end = target.indexOf('?');
  return end < 0 ? target : target.slice(0, end);
};

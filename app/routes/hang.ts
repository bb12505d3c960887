import type { Route } from '../route.ts';

/** Accepts the request and never answers; the connection is cut when the app stops, since no answer is ever to come. */
export const hang: Route = {
  method: 'GET',
  answer: ({ response, app }) => {
    const cut = (): void => void response.destroy();
    app.stopping.addEventListener('abort', cut, { once: true });
    response.once('close', () => app.stopping.removeEventListener('abort', cut));
    if (app.stopping.aborted) cut();
  },
};

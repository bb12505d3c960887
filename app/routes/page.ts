import { cat } from '../cats.ts';
import { type Route, send } from '../route.ts';

const catsShown = 12;

/** A page of pictures, made by code: nothing is read from disk. */
export const page: Route = {
  method: 'GET',
  answer: ({ response, app }) => send(response, 200, 'text/html; charset=utf-8', html(app.node)),
};

const html = (node: string | undefined): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>meow</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 56rem; padding: 0 1rem; }
ul { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(8rem, 1fr)); list-style: none; padding: 0; }
</style>
<h1>meow</h1>
<p>${node === undefined ? 'Cats' : `Cats of ${escaped(node)}`}, drawn for you just now.</p>
<ul>
${Array.from({ length: catsShown }, (_, number) => `<li>${cat(number)}</li>`).join('\n')}
</ul>
</html>
`;

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

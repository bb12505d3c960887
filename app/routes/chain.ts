import { type Meow, meow } from '../meow.ts';
import { numberAsked, type Route, refuseNumber, sendJson } from '../route.ts';

const linksAtMost = 1000;
const linksUsually = 96;

/** The same answer as `/get`, reached through `?links=` calls: a tall stack for whoever draws flames. */
export const chain: Route = {
  method: 'GET',
  answer: ({ response, url }) => {
    const links = numberAsked(url, 'links', linksUsually, linksAtMost);
    if (links === undefined) {
      refuseNumber(response, 'links', linksAtMost);
      return;
    }
    sendJson(response, 200, wakeUp(links));
  },
};

// Every link has a name of its own, as handlers in a long chain of middleware have.
const wakeUp = (links: number): Meow => (links <= 0 ? meow() : stretch(links - 1));
const stretch = (links: number): Meow => (links <= 0 ? meow() : yawn(links - 1));
const yawn = (links: number): Meow => (links <= 0 ? meow() : washPaws(links - 1));
const washPaws = (links: number): Meow => (links <= 0 ? meow() : sniffBowl(links - 1));
const sniffBowl = (links: number): Meow => (links <= 0 ? meow() : chaseTail(links - 1));
const chaseTail = (links: number): Meow => (links <= 0 ? meow() : climbCurtain(links - 1));
const climbCurtain = (links: number): Meow => (links <= 0 ? meow() : fallAsleep(links - 1));
const fallAsleep = (links: number): Meow => (links <= 0 ? meow() : wakeUp(links - 1));

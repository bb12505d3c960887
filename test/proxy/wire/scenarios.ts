/** Every file in scenarios/ is a test on each path of the router; README.md says how to write one. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { play } from './play.ts';
import { parseScenario, type Scenario } from './script.ts';
import { openStage, type Path } from './stage.ts';

const folder = new URL('scenarios/', import.meta.url);
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.wire'));

/** They move so much that others beside them would wait for longer than a router waits for a node. */
const isHeavy = (file: string): boolean => file.startsWith('pressure/');

/** Several at once, since they wait for most of their time. */
export const testScenarios = (path: Path): void => {
  test(`they are played on the ${path} path`, () => servedBy(path));
  for (const { file, scenario } of scenariosOf(path))
    if (!isHeavy(file)) test.concurrent(titleOf(file, scenario), () => play(file, scenario, path));
};

/** One after the other. */
export const testHeavyScenarios = (path: Path): void => {
  for (const { file, scenario } of scenariosOf(path))
    if (isHeavy(file)) test(titleOf(file, scenario), () => play(file, scenario, path));
};

const scenariosOf = (path: Path): readonly { readonly file: string; readonly scenario: Scenario }[] =>
  files
    .sort()
    .map((file) => ({ file, scenario: parseScenario(readFileSync(new URL(file, folder), 'utf8')) }))
    .filter(({ scenario }) => scenario.only === undefined || scenario.only === path);

const titleOf = (file: string, { about }: Scenario): string => `${file.replace(/\.wire$/, '')}: ${about}`;

/** The paths differ in nothing that counts, but the slow one writes names in lower case. */
const servedBy = async (path: Path): Promise<void> => {
  const scenario = parseScenario('client opens');
  const stage = await openStage(scenario, path);
  try {
    stage.client('client').send('GET / HTTP/1.1\r\nHost: a\r\nX-Case: 1\r\n\r\n');
    while (!/x-case/i.test(stage.nodes[0]?.raw ?? '')) await stage.change();
    expect(/x-case/i.exec(stage.nodes[0]?.raw ?? '')).toEqual(
      expect.arrayContaining([path === 'slow' ? 'x-case' : 'X-Case']),
    );
  } finally {
    await stage.stop();
  }
};

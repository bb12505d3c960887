import type { ProbeKind } from './probe-kind.ts';

/**
 * A program of this node's own configuration ends with 0. The policy orders it by name only, so that who can write
 * to the pool cannot thereby run what they like on every node.
 */
export const command: ProbeKind<'command'> = {
  name: ({ name }) => `command ${name}`,
  run: async ({ name }, _url, { commands, path, signal }) => {
    const argv = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (argv === undefined || argv.length === 0)
      return { ok: false, detail: `agent.commands has no ${JSON.stringify(name)}` };
    const { runProgram } = await import('./run-program.ts');
    const ended = await runProgram(argv, path, signal);
    if (ended.kind === 'not-started') return { ok: false, detail: `could not be started: ${ended.because}` };
    const said = ended.lastLine === '' ? '' : `: ${ended.lastLine}`;
    if (ended.kind === 'killed') return { ok: false, detail: `ended by ${ended.signal}${said}` };
    return { ok: ended.code === 0, detail: `exit ${ended.code}${said}` };
  },
};

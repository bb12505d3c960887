/** The reference page of the command line, made from the help of each command. */
import { Command } from 'commander';
import type { Io } from '../../monkey/cli/command.ts';
import type { Entry } from '../../monkey/cli/commands.ts';

const introduction = `# Commands

<!-- Made by \`npm run docs\` from the commands themselves. Do not edit. -->

\`monkey COMMAND [options]\`. Answers go to stdout, everything else to stderr. \`--json\` is for programs: its shapes are
stable. Exit: 0 fine, 1 the answer is bad (unhealthy, failed, refused), 2 wrong usage or configuration, 3 could not
reach what it needs.

Whatever fails under \`--json\` tells it in one shape, on stdout, as its last line, and nothing of it on stderr:

\`\`\`json
{"error": {"kind": "unreachable", "because": "Redis at redis://127.0.0.1:6379 is away: …", "exit": 3}}
\`\`\`

| \`kind\`          | \`exit\` | is                                                                       |
| --------------- | ------ | ------------------------------------------------------------------------ |
| \`failed\`        | 1      | it was not done: refused by the pool, or what was asked for is not there |
| \`bug\`           | 1      | of ours; \`because\` holds where                                         |
| \`usage\`         | 2      | options or arguments                                                     |
| \`configuration\` | 2      | the configuration, or a policy's file; \`because\` lists all problems    |
| \`denied\`        | 2      | Redis denies its user what the command needs                             |
| \`unreachable\`   | 3      | Redis, an inventory, a node, the kernel's profiler                       |

Beside \`error\` may stand what there is to say all the same: the \`refusal\` and the \`vetoes\` of an order, the \`problems\` of
\`config check\`. An answer that is bad is no failure: exit 1, the command's own shape, and no \`error\`.

Colour only on a terminal; \`NO_COLOR\` is honoured. With both \`--redis\` and \`--pool\` a command on a
pool needs no configuration file.`;

export const commandsPage = async (commands: Readonly<Record<string, Entry>>, io: Io): Promise<string> => {
  const texts: string[] = [];
  for (const [name, { about, load }] of Object.entries(commands)) {
    const command = new Command('monkey').command(name).description(about);
    (await load()).configure(command, io, () => undefined);
    texts.push(commandText(command, `monkey ${name}`, 2));
  }
  return `${[introduction, ...texts].join('\n\n')}\n`;
};

const commandText = (command: Command, name: string, depth: number): string => {
  const parts = command.commands.map((part) => commandText(part, `${name} ${part.name()}`, depth + 1));
  return [`${'#'.repeat(depth)} ${name}`, `\`\`\`text\n${helpOf(command)}\n\`\`\``, ...parts].join('\n\n');
};

/** What `--help` prints, at a width that does not hang on who makes the page. */
const helpOf = (command: Command): string => {
  let text = '';
  command.configureOutput({
    writeOut: (part) => (text += part),
    getOutHelpWidth: () => 110,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return text.trimEnd();
};

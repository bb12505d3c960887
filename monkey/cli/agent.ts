import type { CommandModule } from './command.ts';

export const configure: CommandModule['configure'] = (command, _io, done) => {
  command.option('--config <file>', 'configuration file').action(() => {
    done(3);
  });
};

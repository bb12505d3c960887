/** Flame graphs: `record`, `fold`, `svg`, `diff`. */
import type { CommandModule } from './command.ts';
import { configureDiff } from './flame-diff.ts';
import { configureFold } from './flame-fold.ts';
import { configureRecord } from './flame-record.ts';
import { configureSvg } from './flame-svg.ts';

export const configure: CommandModule['configure'] = (command, io, done) => {
  configureRecord(
    command.command('record').description('profile what runs here: a process, a unit, or the whole machine'),
    io,
    done,
  );
  configureFold(
    command.command('fold').description('add up the stacks of a profile, one distinct stack a line'),
    io,
    done,
  );
  configureSvg(command.command('svg').description('draw a profile: one SVG file that any browser opens'), io, done);
  configureDiff(command.command('diff').description('what changed from one profile to another'), io, done);
};

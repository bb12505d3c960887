import { userInfo } from 'node:os';

/** Who gives an order: `--by`, or the user who runs the command (who asked sudo, where it was sudo). */
export const whoAmI = (by: string | undefined, env: Readonly<Record<string, string | undefined>>): string =>
  [by, env['SUDO_USER'], env['USER'], env['LOGNAME']].find((name) => name !== undefined && name !== '') ??
  accountName();

/** Cron and containers often say nothing in the environment; the system knows. */
const accountName = (): string => {
  try {
    return userInfo().username;
  } catch {
    return 'somebody';
  }
};

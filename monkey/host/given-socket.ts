/** The first descriptor that systemd hands over: https://www.freedesktop.org/software/systemd/man/sd_listen_fds.html */
const firstFd = 3;

/**
 * The socket that systemd, or whoever speaks its language, has opened for this process to listen on; undefined: none.
 * Of several the first one counts.
 */
export const givenSocket = (env: Readonly<Record<string, string | undefined>>, pid: number): number | undefined =>
  env['LISTEN_PID'] === String(pid) && Number(env['LISTEN_FDS']) >= 1 ? firstFd : undefined;

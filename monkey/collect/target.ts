/** A host to ask, as it was named: what messages and metrics call it. How it is reached is the reader's own matter. */
export interface Target {
  /** Without user and port: `web-1`, `10.0.0.7`, `::1`. */
  readonly host: string;
  /** null: as the reader's own configuration says (for SSH: ~/.ssh/config, otherwise 22). */
  readonly port: number | null;
  /** null: as above. */
  readonly user: string | null;
}

/** As it is told of, and told apart from others: `web-1`, `ann@web-1:2222`, `[::1]:22`. */
export const targetText = ({ host, port, user }: Target): string => {
  const named = port === null ? host : `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return user === null ? named : `${user}@${named}`;
};

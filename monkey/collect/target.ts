/** A host to ask, as it was named: what messages and metrics call it. How it is reached is the reader's own matter. */
export interface Target {
  /** Without user and port: `web-1`, `10.0.0.7`, `::1`. */
  readonly host: string;
  /** null: as the reader's own configuration says (for SSH: ~/.ssh/config, otherwise 22). */
  readonly port: number | null;
  /** null: as above. */
  readonly user: string | null;
}

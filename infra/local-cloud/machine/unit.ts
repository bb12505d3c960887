/** A service of a machine: started at boot, and again whenever it ends, until the machine goes down. */
export interface Unit {
  /** Letters, digits, `-` and `_`; names the unit's log in the machine folder. */
  readonly name: string;
  readonly command: string;
  readonly args?: readonly string[];
  /** Added to the machine's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** 'always' unless told: for ever, after a delay that doubles from `restartDelayMs` (100) up to 5 s. */
  readonly restart?: 'always' | 'never';
  readonly restartDelayMs?: number;
}

export const unitName = /^[A-Za-z0-9_-]{1,64}$/;
export const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;

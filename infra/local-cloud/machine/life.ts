/** What happens to a machine, in the order in which it happens. */
export type LifeEvent = { readonly instance: string; readonly atMs: number } & (
  | { readonly kind: 'booting' }
  | { readonly kind: 'booted'; readonly bootId: string; readonly bootIdBefore: string | undefined }
  | { readonly kind: 'unit-started'; readonly unit: string }
  | { readonly kind: 'unit-ended'; readonly unit: string; readonly status: number }
  | { readonly kind: 'stopping'; readonly because: 'reboot' | 'stop' | 'terminate' | 'power-loss' | 'cloud-ends' }
  | { readonly kind: 'off' }
  /** It was to boot, and does not. */
  | { readonly kind: 'never-returns' }
);

/** As EC2 names them, with EC2's numbers: InstanceState in its API reference. */
export const stateCodes = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
} as const;

export type InstanceState = keyof typeof stateCodes;

/** How the next boot goes. */
export type BootPlan =
  | { readonly kind: 'boots'; readonly bootMs: number; readonly without: readonly string[] }
  /** It does not boot; should `undone` be aborted, it boots after all. */
  | { readonly kind: 'never'; readonly undone: AbortSignal };

/** Why an order can't be followed. */
export type Refusal = { readonly kind: 'incorrect-state'; readonly state: InstanceState };

import type { Clock } from '../../../pool/clock.ts';
import type { Service } from '../../doctor/ports/service.ts';
import { filedService } from './by-pid-file.ts';
import { systemdService } from './by-unit.ts';

/** How the app's service is restarted: by systemd, or by a signal to a process that somebody starts again. */
export type ServiceOptions =
  | { readonly unit: string; readonly systemctl?: string }
  | { readonly pidFile: string; readonly signal: NodeJS.Signals; readonly procRoot?: string };

export const hostService = (options: ServiceOptions, { clock }: { readonly clock: Clock }): Service =>
  'unit' in options ? systemdService(options) : filedService(options, clock);

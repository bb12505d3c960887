import type { InstanceState } from '../../ports/power.ts';
import { allow, type Guard, type Verdict, veto } from '../guard.ts';

/** Does EC2 say that the machine is running? What it is stopping, or does not know, is not ours to reboot. */
export const running: Guard = ({ instance }) => saysRunning(instance);

/** The same of what EC2 has said; undefined: it was not asked. */
export const saysRunning = (instance: InstanceState | undefined): Verdict => {
  switch (instance?.kind) {
    case undefined:
      return veto('EC2 was not asked how the machine is');
    case 'unknown':
      return veto(`EC2 could not say how the machine is: ${instance.because}`);
    case 'no-such-instance':
      return veto('EC2 knows no such instance');
    case 'known':
      return instance.state === 'running'
        ? allow('EC2 says that the machine is running', { state: instance.state })
        : veto(`EC2 says that the machine is ${instance.state}`, { state: instance.state });
  }
};

import { isOver } from './is-over.ts';
import type { AgentParts, Self } from './parts.ts';

/** Asks the machine who it is, for as long as it takes, and says each cause once; undefined when stopped meanwhile. */
export const whoAmI = async (parts: AgentParts, signal: AbortSignal): Promise<Self | undefined> => {
  const { machine, clock, log, newId } = parts;
  const session = newId();
  let said = '';
  while (!signal.aborted) {
    try {
      return { id: await machine.instanceId({ deadlineMs: 5_000, signal }), bootId: await machine.bootId(), session };
    } catch (error) {
      if (said !== String(error) && !isOver(signal)) log.error('who-am-i-unknown', { because: String(error) });
      said = String(error);
      await clock.sleep(1_000, signal);
    }
  }
  return undefined;
};

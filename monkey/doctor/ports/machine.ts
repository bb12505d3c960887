import type { Limits } from '../../../pool/store.ts';

/** Who this machine is, as it says itself. */
export interface Machine {
  /** From IMDSv2; the local cloud has one too. Throws where it can't be had in time. */
  instanceId(limits: Limits): Promise<string>;
  /** Changes with every boot, and only then. Read from the kernel, or from the file that the node's configuration names. */
  bootId(): Promise<string>;
  /**
   * Established connections to the app's port from elsewhere, from /proc/net/tcp and tcp6; undefined where
   * that can't be read.
   */
  establishedTo(port: number): Promise<number | undefined>;
  /** Is the machine going down (systemd `stopping`, or the configured marker)? */
  shuttingDown(): Promise<boolean>;
}

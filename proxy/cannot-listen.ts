/** Why there is nothing to serve at: told by whoever wanted the address, under the name that they have for it. */
import { codeOf, messageOf } from '../pool/thrown.ts';
import { type ListenAddress, shownAddress } from './listen-address.ts';

/** What chose the address: `proxy.listen`, `proxy.admin`, or the option of that name. */
export type ListenSetting = 'listen' | 'admin';

/** An address of the configuration cannot be listened at; `code` is Node's (`EADDRINUSE`, …). */
export class CannotListen extends Error {
  readonly setting: ListenSetting;
  readonly because: string;
  readonly code: string;

  constructor(setting: ListenSetting, because: string, code: string, cause: unknown) {
    super(`proxy.${setting}: ${because}`, { cause });
    this.setting = setting;
    this.because = because;
    this.code = code;
  }
}

/** For what listening rejects with: says which setting it was. What has no code is no matter of the address. */
export const namingSetting =
  (setting: ListenSetting, address: ListenAddress) =>
  (error: unknown): never => {
    const code = codeOf(error);
    if (code === undefined) throw error;
    const isTaken = code === 'EADDRINUSE';
    const because = isTaken ? `${shownAddress(address)} is taken already (${code})` : messageOf(error);
    throw new CannotListen(setting, because, code, error);
  };

import { randomBytes, randomInt } from 'node:crypto';
import type { Credential } from './ec2/sigv4.ts';

/** Keys of the local cloud, made at random when it starts and forgotten with it. */
export class Credentials {
  readonly account: Credential = { ...keys('AKIA'), owner: 'cloud', denied: new Set() };
  readonly #roleDenied: ReadonlySet<string>;
  readonly #roles = new Map<string, Credential>();
  readonly #byKey = new Map<string, Credential>([[this.account.accessKeyId, this.account]]);

  constructor(roleDenied: readonly string[]) {
    this.#roleDenied = new Set(roleDenied);
  }

  find(accessKeyId: string): Credential | undefined {
    return this.#byKey.get(accessKeyId);
  }

  /** The temporary credentials of an instance's role; made when first asked for. */
  roleOf(instanceId: string): Credential {
    const present = this.#roles.get(instanceId);
    if (present !== undefined) return present;
    const sessionToken = randomBytes(96).toString('base64');
    const role: Credential = { ...keys('ASIA'), sessionToken, owner: instanceId, denied: this.#roleDenied };
    this.#roles.set(instanceId, role);
    this.#byKey.set(role.accessKeyId, role);
    return role;
  }
}

const keyLetters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

const keys = (prefix: 'AKIA' | 'ASIA'): Pick<Credential, 'accessKeyId' | 'secretAccessKey'> => ({
  accessKeyId: prefix + Array.from({ length: 16 }, () => keyLetters[randomInt(keyLetters.length)]).join(''),
  secretAccessKey: randomBytes(30).toString('base64'),
});

import { randomBytes } from 'node:crypto';

const secondsAtMost = 21_600;
const tokensAtMost = 1000;

/** Session tokens of IMDSv2: each is valid from 1 s to 6 h, as whoever asked for it wanted. */
export class Tokens {
  readonly #validUntilMs = new Map<string, number>();

  /** `invalid-ttl` unless the header holds a whole number of seconds from 1 to 21600. */
  issue(
    ttlHeader: string | undefined,
  ): { readonly kind: 'token'; readonly token: string; readonly seconds: number } | 'invalid-ttl' {
    const seconds = /^\d{1,5}$/.test(ttlHeader ?? '') ? Number(ttlHeader) : 0;
    if (seconds < 1 || seconds > secondsAtMost) return 'invalid-ttl';
    const token = randomBytes(40).toString('base64url');
    this.#validUntilMs.set(token, performance.now() + seconds * 1000);
    this.#forgetOldest();
    return { kind: 'token', token, seconds };
  }

  /** How long a token still lives, or that it does not. */
  secondsLeft(token: string): number | 'invalid' {
    const leftMs = (this.#validUntilMs.get(token) ?? 0) - performance.now();
    return leftMs > 0 ? Math.ceil(leftMs / 1000) : 'invalid';
  }

  #forgetOldest(): void {
    for (const token of this.#validUntilMs.keys()) {
      if (this.#validUntilMs.size <= tokensAtMost) return;
      this.#validUntilMs.delete(token);
    }
  }
}

/** Names of frames, each kept once and known by a number. A name is a byte string: one character a byte. */
export class FrameNames {
  readonly #ids = new Map<string, number>();
  readonly #names: string[] = [];

  idOf(name: string): number {
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    // A piece of a longer text would keep the whole of it in memory.
    const own = Buffer.from(name, 'latin1').toString('latin1');
    this.#ids.set(own, this.#names.length);
    this.#names.push(own);
    return this.#names.length - 1;
  }

  name(id: number): string {
    return this.#names[id] ?? '';
  }

  get size(): number {
    return this.#names.length;
  }
}

/** As people read it: UTF-8, with U+FFFD where it is none. */
export const shown = (name: string): string => (isAscii(name) ? name : Buffer.from(name, 'latin1').toString('utf8'));

/** The byte string of a text that came as Unicode. */
export const bytesOf = (text: string): string => (isAscii(text) ? text : Buffer.from(text, 'utf8').toString('latin1'));

const isAscii = (text: string): boolean => {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
};

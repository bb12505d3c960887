import { pushBounded } from '../bounded.ts';
import type { SlackFile } from './message.ts';
import { id } from './workspace.ts';

const filesAtMost = 100;

interface Upload {
  readonly id: string;
  readonly name: string;
  readonly length: number;
  content: Buffer | undefined;
}

/** Files on their way: first announced, then sent, then shared. The last hundred are kept. */
export class Uploads {
  readonly #uploads: Upload[] = [];
  readonly #urlOf: (fileId: string) => string;

  constructor(urlOf: (fileId: string) => string) {
    this.#urlOf = urlOf;
  }

  announce(name: string, length: number): { readonly fileId: string; readonly url: string } {
    const upload: Upload = { id: id('F'), name, length, content: undefined };
    pushBounded(this.#uploads, upload, filesAtMost);
    return { fileId: upload.id, url: this.#urlOf(upload.id) };
  }

  receive(fileId: string, content: Buffer): 'received' | 'unknown' | 'wrong-length' {
    const upload = this.#find(fileId);
    if (upload === undefined) return 'unknown';
    if (upload.length !== content.length) return 'wrong-length';
    upload.content = content;
    return 'received';
  }

  /** A file that has arrived; undefined otherwise. */
  arrived(fileId: string, title?: string): SlackFile | undefined {
    const upload = this.#find(fileId);
    if (upload?.content === undefined) return undefined;
    return { id: upload.id, name: upload.name, title: title ?? upload.name, size: upload.length };
  }

  contentOf(fileId: string): Buffer | undefined {
    return this.#find(fileId)?.content;
  }

  #find(fileId: string): Upload | undefined {
    return this.#uploads.find((upload) => upload.id === fileId);
  }
}

/** The pictures of one incident's evidence, as files. */
import type { Limits } from '../../pool/store.ts';
import type { KeptEvidence } from '../doctor/evidence/kept.ts';
import type { PictureFile } from '../doctor/ports/messenger.ts';

/** Makes a PNG of an SVG, where this machine has something that can. */
export type Rasterize = (svg: string, limits: Limits) => Promise<Uint8Array | undefined>;

/** As PNG where one can be made, which every client shows; otherwise as SVG. */
export const drawEvidence =
  (rasterize: Rasterize) =>
  async (evidence: KeptEvidence, limits: Limits): Promise<readonly PictureFile[]> => {
    const { differencePicture, evidencePicture } = await import('../flame/kept-pictures.ts');
    const drawn = [
      { name: 'flame', title: `What ${evidence.node} was doing`, svg: evidencePicture(evidence) },
      { name: 'difference', title: `How that differs from a healthy node`, svg: differencePicture(evidence) },
    ];
    const files: PictureFile[] = [];
    for (const { name, title, svg } of drawn) {
      if (svg === undefined) continue;
      const png = await rasterize(svg, limits).catch(() => undefined);
      const file = `${name}-${evidence.node.replace(/[^\w.-]/g, '_').slice(0, 80)}`;
      files.push(
        png === undefined
          ? { name: `${file}.svg`, title, content: Buffer.from(svg) }
          : { name: `${file}.png`, title, content: png },
      );
    }
    return files;
  };

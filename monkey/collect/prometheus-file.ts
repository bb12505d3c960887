import { rename, rm, writeFile } from 'node:fs/promises';

export type Written = { readonly kind: 'written' } | { readonly kind: 'failed'; readonly because: string };

/**
 * Puts the text where node_exporter's textfile collector finds it, whole or not at all: it is written beside, under a
 * name that does not end in `.prom` and so is not read, and then takes the file's place. Everybody may read it, since
 * node_exporter has a user of its own. That name can be guessed, and where others may write into the folder it may be a link of
 * theirs that is there already: it is taken away, and the file is made new or not at all.
 */
export const writePrometheusFile = async (file: string, text: string, signal?: AbortSignal): Promise<Written> => {
  const beside = `${file}.${process.pid}.new`;
  try {
    await rm(beside, { force: true });
    await writeFile(beside, text, { flag: 'wx', mode: 0o644, ...(signal && { signal }) });
    await rename(beside, file);
    return { kind: 'written' };
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    const because = error instanceof Error ? error.message : String(error);
    return { kind: 'failed', because: `${file} could not be written: ${because}` };
  }
};

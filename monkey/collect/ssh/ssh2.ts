/** The library is large: it is loaded when the first host is asked, not when the command starts. */
export type Ssh2 = typeof import('ssh2');

export const loadSsh2 = async (): Promise<Ssh2> => {
  const loaded = (await import('ssh2')) as Ssh2 & { readonly default?: Ssh2 };
  return loaded.default ?? loaded;
};

/** The file of `RevokedHostKeys` in its plain form: a public key a line, as in `TYPE BASE64 COMMENT`. Pure. */
export type RevokedKeysRead =
  /** By the base64 of each. */
  | { readonly kind: 'keys'; readonly keys: ReadonlySet<string> }
  /** The end of a sentence that begins with the file's name. */
  | { readonly kind: 'problem'; readonly because: string };

export const parseRevokedKeys = (text: string): RevokedKeysRead => {
  if (text.startsWith('SSHKRL')) return problem('is a KRL, which is not read here: name the public keys, one a line');
  const keys = new Set<string>();
  for (const [index, line] of text.split('\n').entries()) {
    const [type = '', base64 = ''] = line.trim().split(/\s+/);
    if (type === '' || type.startsWith('#')) continue;
    // What is not understood might be the very key.
    if (!/^(ssh|ecdsa|sk)-/.test(type) || !/^AAAA[A-Za-z0-9+/]+={0,2}$/.test(base64))
      return problem(`has no public key in line ${index + 1}`);
    keys.add(base64);
  }
  return { kind: 'keys', keys };
};

const problem = (because: string): RevokedKeysRead => ({ kind: 'problem', because });

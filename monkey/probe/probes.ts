/** Every kind of check and what it does. A new one is a file and a line here; without the line it does not compile. */
import { address } from './address.ts';
import { command } from './command.ts';
import { content } from './content.ts';
import { http } from './http.ts';
import type { CheckKind, ProbeKind } from './probe-kind.ts';
import { status } from './status.ts';
import { tcp } from './tcp.ts';

export const probes: { readonly [K in CheckKind]: ProbeKind<K> } = {
  content,
  status,
  address,
  http,
  tcp,
  command,
};

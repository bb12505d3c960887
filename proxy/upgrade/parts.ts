import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { ForwardParts } from '../forward/forward.ts';
import type { ForwardableRequest } from '../headers/request.ts';
import type { Routed } from '../routed-pool.ts';
import type { Choice } from '../table.ts';

/** A request that would become a WebSocket. */
export interface Upgrade {
  readonly req: IncomingMessage;
  readonly client: Socket;
  readonly head: Buffer;
  readonly request: ForwardableRequest;
}

/** One whose client is watched while it waits. */
export interface WaitingUpgrade extends Upgrade {
  /** From here on the library reads from the client. */
  readonly endWatch: () => void;
}

export interface UpgradeParts extends ForwardParts {
  readonly webSocketIdleMs: number;
}

/** A node, chosen and dialed. */
export interface FoundNode {
  readonly kind: 'found';
  readonly pool: Routed;
  readonly choice: Choice;
  readonly node: Socket;
}

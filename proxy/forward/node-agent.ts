/*
 * Node's Agent for the connections of one origin. A kept connection is taken without what Node does for many origins
 * with each request: copying all options twice into tables and making names of them costs a tenth of a whole request.
 */
import { Agent, type AgentOptions, type ClientRequest } from 'node:http';
import type { Socket } from 'node:net';

/** Node calls it with each request; its types do not tell of it. */
type AddRequest = (this: Agent, request: ClientRequest, options: object) => void;

const addToAny: unknown = Reflect.get(Agent.prototype, 'addRequest');

/** All its connections lead to one place, so one name will do. */
const place = 'node';

export class NodeAgent extends Agent {
  constructor(options: AgentOptions) {
    super({ ...options, scheduling: 'lifo' });
  }

  override getName(): string {
    return place;
  }

  /** Called by Node. */
  addRequest(request: ClientRequest, options: object): void {
    const socket = this.#free();
    if (socket === undefined) (addToAny as AddRequest).call(this, request, options);
    else {
      this.reuseSocket(socket, request);
      const taken = this.sockets[place];
      if (taken === undefined) Reflect.set(this.sockets, place, [socket]);
      else taken.push(socket);
      request.onSocket(socket);
    }
  }

  #free(): Socket | undefined {
    const free = this.freeSockets[place];
    for (let socket = free?.pop(); socket !== undefined; socket = free?.pop()) if (!socket.destroyed) return socket;
    return undefined;
  }
}

/*
 * Node's Agent for the connections of one origin. A kept connection is taken without what Node does for many origins
 * with each request: copying all options twice into tables and making names of them costs a tenth of a whole request.
 *
 * What the node says is read into one buffer and not, as ever, into new ones of 64 KiB, which are a load on the collector
 * that costs more than all else of a large answer. Node's parser copies what it hands on, so that nothing lies in the
 * buffer any more once it has parsed what was read, which it does at once.
 */
import { Agent, type AgentOptions, type ClientRequest, type ClientRequestArgs } from 'node:http';
import { connect, type Socket, type TcpNetConnectOpts } from 'node:net';

/** Node calls it with each request; its types do not tell of it. */
type AddRequest = (this: Agent, request: ClientRequest, options: object) => void;

const addToAny: unknown = Reflect.get(Agent.prototype, 'addRequest');

/** All its connections lead to one place, so one name will do. */
const place = 'node';

const bytesRead = 65_536;

export class NodeAgent extends Agent {
  #buffer: Buffer | undefined;

  constructor(options: AgentOptions) {
    super({ ...options, scheduling: 'lifo' });
  }

  override getName(): string {
    return place;
  }

  /** It keeps a connection that carries nothing now. */
  get isIdle(): boolean {
    return (this.freeSockets[place]?.length ?? 0) > 0;
  }

  /** Called by Node where a request needs a connection. */
  override createConnection(options: ClientRequestArgs): Socket {
    this.#buffer ??= Buffer.allocUnsafeSlow(bytesRead);
    const callback = (length: number, bytes: Uint8Array): boolean => {
      socket.emit('data', bytes.subarray(0, length));
      return true;
    };
    const onread = { buffer: this.#buffer, callback };
    const socket = connect({ ...options, onread } as TcpNetConnectOpts);
    return socket;
  }

  /** Called by Node with each request. */
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

/** Where test servers listen, and where nobody does. */
import { type AddressInfo, createServer } from 'node:net';

/** Where a node listens; port 0: the system chooses one. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

export const here: Place = { host: '127.0.0.1', port: 0 };

/**
 * For a node that goes and comes back to its port: one of 127.0.0.1 that is free again may be given to any connection
 * that is opened meanwhile, of this process or of another.
 */
export const apart = { host: process.platform === 'linux' ? '127.0.0.2' : '127.0.0.1' };

/** A URL where nothing listens, at an address that nothing of a test listens at. */
export const nobodysUrl = async (): Promise<string> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.3:${port}`;
};

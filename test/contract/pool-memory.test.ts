import { MemoryPool } from '../../pool/memory-pool.ts';
import { MemoryServer } from '../../pool/memory-server.ts';
import { poolStoreContract } from './pool-store.contract.ts';

poolStoreContract('MemoryPool', async () => {
  let server = new MemoryServer('web');
  return {
    empty: async () => {
      server = new MemoryServer('web');
    },
    open: () => new MemoryPool(server),
    breakConnections: async () => server.breakConnections(),
    stop: async () => undefined,
  };
});

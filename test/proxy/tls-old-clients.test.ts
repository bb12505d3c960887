/** A node dies in mid-answer, and the end of the client's connection would be the end of the answer; the client speaks TLS. */
import { once } from 'node:events';
import { connect } from 'node:tls';
import { afterEach, expect } from '@jest/globals';
import { makeCertificates, withoutOpenssl } from '../support/certificates.ts';
import { testUnless } from '../support/unless.ts';
import { ask, Stage } from './stage.ts';

const stage = new Stage();
afterEach(() => stage.clear());

const handshake = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n';

for (const [who, text] of [
  ['an HTTP/1.0 client', 'GET / HTTP/1.0\r\nHost: a\r\n\r\n'],
  ['a WebSocket that is refused', `GET / HTTP/1.1\r\nHost: a\r\n${handshake}\r\n`],
] as const) {
  testUnless(withoutOpenssl())(`${who} is closed, and nothing else is`, async () => {
    const shown = await makeCertificates();
    stage.onClear(shown.remove);
    const node = await stage.rawNode((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nme\r\n');
      setTimeout(() => socket.resetAndDestroy(), 50);
    });
    const proxy = await stage.router([node.url], { admin: '127.0.0.1:0', tls: { cert: shown.cert, key: shown.key } });
    const client = connect({ host: '127.0.0.1', port: Number(new URL(proxy.url).port), rejectUnauthorized: false });
    client.on('error', () => undefined);
    client.write(text);
    client.resume();
    await once(client, 'close');
    expect(await ask(`${proxy.adminUrl}/health`)).toMatchObject({ status: 200 });
  });
}

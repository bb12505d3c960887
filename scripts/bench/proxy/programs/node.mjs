/** The node where nginx is not installed, as light as Node can be. It trusts its clients: for benchmarks only. */
import { createServer } from 'node:net';

const answer = (bytes) =>
  Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${bytes}\r\n\r\n${'x'.repeat(bytes)}`, 'latin1');
const posted = answer(2);
const answers = { '/get-1k': answer(1_024), '/get-1m': answer(1_048_576) };

createServer({ noDelay: true }, (socket) => {
  let head = '';
  let bodyLeft = 0;
  const take = (data, from) => {
    if (bodyLeft > 0) {
      const taken = Math.min(bodyLeft, data.length - from);
      bodyLeft -= taken;
      if (bodyLeft === 0) socket.write(posted);
      return from + taken;
    }
    const before = head.length;
    head += data.latin1Slice(from);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return data.length;
    const [, path] = head.split(' ', 2);
    bodyLeft = Number(/\r\ncontent-length: *(\d+)/i.exec(head.slice(0, end))?.[1] ?? 0);
    if (bodyLeft === 0) socket.write(answers[path] ?? posted);
    head = '';
    return from + end + 4 - before;
  };
  socket.on('error', () => socket.destroy());
  socket.on('data', (data) => {
    for (let at = 0; at < data.length; ) at = take(data, at);
  });
}).listen(Number(process.argv[2]), process.argv[3] ?? '127.0.0.1');

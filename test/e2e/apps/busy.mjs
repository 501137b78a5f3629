// A service whose event loop is blocked for as long as a request says, and that asks an upstream when a request says so.
import { createServer } from 'node:http';

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  if (pathname === '/block') {
    response.end('blocking');
    response.on('close', () => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(searchParams.get('ms')));
    });
    return;
  }
  const answer = await fetch(`${process.env.UPSTREAM_URL}/plain`);
  response.writeHead(answer.status).end(await answer.text());
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));

// A service that lives until it is told to stop: GET / asks the upstream and passes on what it says.
import { createServer } from 'node:http';

const upstream = process.env.UPSTREAM_URL;

const server = createServer(async (_request, response) => {
  try {
    const answer = await fetch(`${upstream}/plain`);
    response.writeHead(answer.status).end(await answer.text());
  } catch (error) {
    response.writeHead(502).end(`${error.code ?? error.message}`);
  }
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
if (process.env.OWN_SIGTERM) {
  const listen = process.env.OWN_SIGTERM === 'prepend' ? 'prependOnceListener' : 'on';
  process[listen]('SIGTERM', () => {
    server.close(() => {
      process.exitCode = 7;
    });
    // `late` lets requests under way end first.
    if (process.env.OWN_SIGTERM === 'late') server.closeIdleConnections();
    else server.closeAllConnections();
  });
}

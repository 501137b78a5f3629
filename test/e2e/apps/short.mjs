// Reads its own metrics over a connection that it keeps open, and has then nothing left to do.
import { Agent, get } from 'node:http';

const agent = new Agent({ keepAlive: true });

function read() {
  get({ host: '127.0.0.1', port: process.env.CROSSBRIDGE_ADMIN_PORT, path: '/metrics', agent }, (response) => {
    response.setEncoding('utf8').on('data', (text) => process.stdout.write(text));
  }).on('error', ({ code }) => {
    // The endpoint does not hold the application up, so it may come after it.
    if (code === 'ECONNREFUSED') setTimeout(read, 20);
  });
}

read();

const http = require('node:http');
const { createServer } = require('node:net');

/** Servers that fail, each in its way, and count how often they are asked. They listen on a free port. */
exports.failing = async function failing(kind) {
  const told = { asked: 0 };
  const server = kinds[kind](told).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return Object.assign(told, { port: server.address().port, close: () => server.close() });
};

const kinds = {
  /** Closes each connection before a word is said. */
  closing: (told) =>
    createServer((socket) => {
      told.asked += 1;
      socket.destroy();
    }),
  unavailable: (told) =>
    http.createServer((_, response) => {
      told.asked += 1;
      response.writeHead(503).end();
    }),
  /** Speaks the protocol of Redis. */
  loading: (told) =>
    createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (data) => {
        for (const command of data.toString().split('*').slice(1)) {
          const isCall = command.includes('get');
          if (isCall) told.asked += 1;
          socket.write(isCall ? '-LOADING Redis is loading the dataset in memory\r\n' : '+OK\r\n');
        }
      });
    }),
};

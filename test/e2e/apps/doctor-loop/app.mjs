import { createServer } from 'node:http';

// Lives until it is told to end, and ends in order then.
const server = createServer().listen(0, '127.0.0.1');
process.on('SIGTERM', () => server.close(() => console.log('closed in order')));
console.log('listening');

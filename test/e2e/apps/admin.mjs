// The admin endpoints alone, of the sources, with limits that a config may not have.
import { createServer } from 'node:http';
import { createBridge } from '@crossbridge/core';
import { Admin } from '../../../packages/agent/src/admin/admin.ts';
import { adminSettings } from '../../../packages/agent/src/admin/settings.ts';

const config = { enabled: true, host: '127.0.0.1', port: 0, ...JSON.parse(process.env.ADMIN ?? '{}') };
new Admin(adminSettings(config, process.env, console.error)).connect(createBridge(), undefined);

const server = createServer((request, response) => {
  response.end('blocking');
  const ms = Number(new URL(request.url, 'http://localhost').searchParams.get('ms'));
  response.on('close', () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms));
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));

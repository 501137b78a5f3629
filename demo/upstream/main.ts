import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { createSchedule } from './schedule.ts';
import { createUpstream } from './server.ts';

// `node demo/upstream/main.ts --seed 7 --seconds 30 [--port 0]`: prints its URL once it listens.
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '30' },
    port: { type: 'string', default: '0' },
  },
});

const server = createUpstream({ schedule: createSchedule(Number(values.seed), Number(values.seconds) * 1_000) });
server.listen(Number(values.port), '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  console.log(`upstream listening on http://127.0.0.1:${port}`);
});

// Started by the demo, it has no life of its own: when the demo is gone, however it went, so is the upstream.
if (process.send !== undefined) process.on('disconnect', () => process.exit());

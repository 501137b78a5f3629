import { createBridge } from '@crossbridge/core';
import { hardenRedis } from '@crossbridge/integrations/redis';
import { createClient, createClientPool, createCluster, createSentinel } from 'redis';
import { expect, it } from 'vitest';

const bridge = createBridge({});
const at = { host: '127.0.0.1', port: 1 };

it.each([
  ['createCluster', createCluster({ rootNodes: [{ socket: at }] })],
  ['createCluster', createCluster({ rootNodes: [{ socket: at }] }).withCommandOptions({})],
  ['createSentinel', createSentinel({ name: 'main', sentinelRootNodes: [at] })],
  ['createClientPool', createClientPool({ socket: at })],
])('refuses what %s makes, since its commands would go past the policies, and says what to do', (maker, client) => {
  const { sendCommand } = client;
  expect(() => hardenRedis(client as never, { bridge })).toThrow(
    new RegExp(`must be a client of one server \\(createClient\\), got what ${maker} makes.*bridge\\.run`),
  );
  expect(client.sendCommand).toBe(sendCommand);
});

it('takes a client of one server', () => {
  const client = createClient({ socket: at });
  expect(hardenRedis(client, { bridge })).toBe(client);
});

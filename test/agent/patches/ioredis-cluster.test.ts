import { Cluster } from 'ioredis';
import { ioredisPatch } from '../../../packages/agent/src/patches/ioredis.ts';
import { describeHardenedCluster } from '../../integrations/ioredis/cluster-contract.ts';
import { installed } from './installed.ts';

const flag = installed(ioredisPatch, 'redis.command');

describeHardenedCluster('A Cluster of ioredis under the flag', (bridge, ...how) => {
  flag.bridge = bridge;
  return new Cluster(...how);
});

import { hardenIORedis } from '@crossbridge/integrations/ioredis';
import { Cluster } from 'ioredis';
import { describeHardenedCluster } from './cluster-contract.ts';

describeHardenedCluster('A hardened Cluster of ioredis', (bridge, ...how) =>
  hardenIORedis(new Cluster(...how), { bridge }),
);

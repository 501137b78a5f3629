import { hardenEmbeddingProvider } from '@crossbridge/integrations/embedding';
import { httpError } from '../../support/bridges.ts';
import { integrationContract } from './contract.ts';
import { ScriptedClient, scripted, scriptedSubject } from './scripted-client.ts';

const failures = { flaky: () => httpError(503), wrong: () => httpError(400) };

integrationContract('an embedding provider', {
  ...scripted,
  operation: 'embed',
  hardenedMembers: ['embed'],
  start: (bridge, behaviours) =>
    scriptedSubject(
      new ScriptedClient(behaviours, failures),
      (client) => hardenEmbeddingProvider(client, { bridge }),
      (client, options) => client.embed(['hi'], options),
    ),
});

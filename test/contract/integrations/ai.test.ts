import { hardenAIProvider } from '@crossbridge/integrations/ai';
import { httpError } from '../../support/bridges.ts';
import { integrationContract } from './contract.ts';
import { ScriptedClient, scripted, scriptedSubject } from './scripted-client.ts';

const failures = { flaky: () => httpError(503), wrong: () => httpError(400) };

for (const [method, operation] of [
  ['complete', 'ai_generate'],
  ['embed', 'embed'],
] as const) {
  integrationContract(`an AI provider, by ${method}`, {
    ...scripted,
    operation,
    hardenedMembers: ['complete', 'embed'],
    start: (bridge, behaviours) =>
      scriptedSubject(
        new ScriptedClient(behaviours, failures),
        (client) => hardenAIProvider(client, { bridge }),
        (client, options) => (method === 'complete' ? client.complete('hi', options) : client.embed(['hi'], options)),
      ),
  });
}

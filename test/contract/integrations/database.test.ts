import { hardenDatabaseConnection, withDatabaseRetry } from '@crossbridge/integrations/database';
import { integrationContract } from './contract.ts';
import { ScriptedClient, scripted, scriptedSubject } from './scripted-client.ts';

const failures = {
  flaky: () => Object.assign(new Error('serialization failure'), { code: '40001', severity: 'ERROR' }),
  wrong: () => Object.assign(new Error('duplicate key'), { code: '23505', severity: 'ERROR' }),
};

integrationContract('a database connection', {
  ...scripted,
  operation: 'db.query',
  hardenedMembers: ['query', 'execute'],
  start: (bridge, behaviours) =>
    scriptedSubject(
      new ScriptedClient(behaviours, failures),
      (client) => hardenDatabaseConnection(client, { bridge }),
      (client, options) => client.query('SELECT 1', options),
    ),
});

integrationContract('a function with database retry', {
  ...scripted,
  operation: 'db.query',
  hardenedMembers: [],
  start: (bridge, behaviours) => {
    const work = withDatabaseRetry({ bridge })((client: ScriptedClient, options: { readonly signal?: AbortSignal }) =>
      client.query('SELECT 1', options),
    );
    // Wrapped twice by hand: the inner wrapper must leave the retries to the outer one.
    const twice = withDatabaseRetry({ bridge })(work);
    const client = new ScriptedClient(behaviours, failures);
    const subject = scriptedSubject(client, (same) => same, work);
    return { ...subject, again: () => scriptedSubject(client, (same) => same, twice) };
  },
});

import type { OperationConfig, PatchName } from '@crossbridge/core/config';
import { compileUpstreams } from '@crossbridge/integrations/control';
import type { AgentFacts } from '../../doctor/facts.ts';

type Config = AgentFacts['config'];

/** The policies of an operation; undefined when the config has none for it. */
export function policiesOf(config: Config, operation: string): OperationConfig | undefined {
  return Object.hasOwn(config.operations, operation) ? config.operations[operation] : undefined;
}

/** The operation that a patched module has of its own. */
export function ownOperation(config: Config, module: PatchName): string | undefined {
  const patch = config.patches[module];
  return patch === false ? undefined : (patch.operation ?? undefined);
}

/** The most attempts that a call of the operation can have; 1 when nothing of it is repeated. */
export function attemptsOf(config: Config, operation: string): number {
  const retry = policiesOf(config, operation)?.retry;
  if (!config.retry.enabled || retry === undefined || retry === null || retry === false) return 1;
  return retry.mode === 'enforce' ? retry.maxAttempts : 1;
}

/** Whether something bounds how long a call of the operation can wait for a connection. */
export function boundsWaits(config: Config, operation: string): boolean {
  const policies = policiesOf(config, operation);
  if (policies === undefined) return false;
  const { timeout, bulkhead } = policies;
  if (timeout.mode === 'enforce' && (timeout.totalMs !== null || timeout.attemptMs !== null)) return true;
  return bulkhead !== null && bulkhead.mode === 'enforce' && bulkhead.queueTimeoutMs !== null;
}

/** The operations that requests to a host can belong to, whatever their path and method. */
export function operationsAt(config: Config, host: string): readonly string[] {
  const url = URL.parse(`http://${host}`);
  if (url === null) return [];
  // A host without a port may be meant with that of https.
  const urls = url.port === '' ? [url, new URL(`https://${host}`)] : [url];
  const names = config.upstreams
    .filter(({ match, ...rule }) => {
      const matches = compileUpstreams([{ ...rule, match: { ...match, path: null, methods: null } }]);
      return urls.some((each) => matches('GET', each) !== undefined);
    })
    .map(({ operation }) => operation);
  return [...new Set(names)];
}

/** The operations whose calls are tried again. */
export function retriedOperations(config: Config): readonly string[] {
  return Object.keys(config.operations).filter((name) => attemptsOf(config, name) > 1);
}

import { parseArgs } from 'node:util';
import { loadRuntimeConfig } from '@crossbridge/core/config';
import { adminPort } from '../admin/settings.ts';
import { type Command, EXIT, type Terminal, UsageError } from './command.ts';
import { planProbes } from './probes/plan.ts';
import { probesYaml } from './probes/yaml.ts';

/** `crossbridge probes`: the Kubernetes side of the health endpoints, with numbers that agree with the config. */
export const probes: Command = {
  help: `Usage: crossbridge probes [--config FILE] [--container NAME]

Prints the part of a pod template that makes Kubernetes ask /startupz, /livez and /readyz, with periods and thresholds that
fit crossbridge.yml, and says how long it takes until a dependency that is down takes the pod out of the load balancing.

  --config FILE     default: CROSSBRIDGE_CONFIG, else crossbridge.yml here or in a parent directory
  --container NAME  name of the container in the template; default: app

CROSSBRIDGE_ADMIN_PORT, where the pods have it, must be set here too.
`,
  run(args, terminal) {
    const { values } = parseArgs({
      args: [...args],
      options: { config: { type: 'string' }, container: { type: 'string', default: 'app' } },
    });
    if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(values.container)) {
      throw new UsageError(
        `--container must be the name of a container, such as my-service, got '${values.container}'`,
      );
    }
    return print(values.config, values.container, terminal);
  },
};

function print(path: string | undefined, container: string, terminal: Terminal): number {
  const { config, file } = loadRuntimeConfig(path, { env: terminal.env, cwd: terminal.cwd });
  const fail = (message: string): number => {
    terminal.err(`crossbridge: ${message}\n`);
    return EXIT.failed;
  };
  if (!config.admin.enabled) return fail('runtime.admin.enabled is false, so there is nothing to probe');
  const warn = (message: string): void => terminal.err(`crossbridge: warning: ${message}\n`);
  const port = adminPort(config.admin.port, terminal.env, warn);
  if (port === 0) return fail('runtime.admin.port is 0, a port that is another one at each start; give it a number');
  const plan = planProbes(config, port);
  if (plan.unreachableHost !== undefined) {
    warn(
      `the admin endpoint listens on ${plan.unreachableHost}, which a kubelet cannot reach: set runtime.admin.host to 0.0.0.0`,
    );
  }
  terminal.out(probesYaml(plan, { container, source: file === undefined ? 'the defaults' : 'crossbridge.yml' }));
  return EXIT.ok;
}

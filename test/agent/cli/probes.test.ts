import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { runCli } from '../../../packages/agent/src/cli/run.ts';
import { terminal } from './terminal.ts';

const directory = mkdtempSync(join(tmpdir(), 'crossbridge-cli-'));

afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface ProbeYaml {
  readonly httpGet: { readonly path: string; readonly port: string | number };
  readonly periodSeconds: number;
  readonly timeoutSeconds: number;
  readonly failureThreshold: number;
}

interface PodYaml {
  readonly spec: {
    readonly terminationGracePeriodSeconds: number;
    readonly containers: readonly {
      readonly name: string;
      readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
      readonly startupProbe: ProbeYaml;
      readonly livenessProbe: ProbeYaml;
      readonly readinessProbe: ProbeYaml;
    }[];
  };
}

async function probes(config: string, args: readonly string[] = [], env: Record<string, string> = {}) {
  const file = join(directory, 'crossbridge.yml');
  writeFileSync(file, config);
  const at = terminal(env);
  const code = await runCli(['probes', '--config', file, ...args], at);
  const text = at.stdout();
  const [container] = code === 0 ? (parse(text) as PodYaml).spec.containers : [];
  return { code, text, err: at.stderr(), pod: code === 0 ? (parse(text) as PodYaml) : undefined, container };
}

const OPEN = 'admin: { host: 0.0.0.0, port: 9500 }';

describe('crossbridge probes', () => {
  it('prints probes of the three endpoints on the configured port', async () => {
    const { code, err, container } = await probes(`runtime: { ${OPEN} }`, ['--container', 'shop']);
    expect([code, err]).toEqual([0, '']);
    expect(container).toMatchObject({
      name: 'shop',
      ports: [{ name: 'crossbridge', containerPort: 9_500 }],
      startupProbe: { httpGet: { path: '/startupz', port: 'crossbridge' } },
      livenessProbe: { httpGet: { path: '/livez', port: 'crossbridge' } },
      readinessProbe: { httpGet: { path: '/readyz', port: 'crossbridge' } },
    });
  });

  it('takes the port of the environment, as the agent does', async () => {
    const { container } = await probes(`runtime: { ${OPEN} }`, [], { CROSSBRIDGE_ADMIN_PORT: '9999' });
    expect(container?.ports[0]?.containerPort).toBe(9_999);
  });

  it('chooses numbers that agree with the config', async () => {
    const { pod, container, text } = await probes(`
runtime:
  ${OPEN}
  health_checks:
    initial_delay: 20s
    providers:
      fast: { interval: 4s, timeout: 1s, failure_threshold: 2, required: true }
      slow: { interval: 2m, timeout: 50s }
      extra: { interval: 1s, timeout: 500ms, enabled: false }
      optional: { interval: 7s, timeout: 1s, required: false }
`);
    const { startupProbe, livenessProbe, readinessProbe } = container as NonNullable<typeof container>;
    expect(readinessProbe.periodSeconds).toBe(4);
    // The slowest first result comes after 70 s.
    expect(startupProbe.failureThreshold * startupProbe.periodSeconds).toBeGreaterThanOrEqual(100);
    expect(livenessProbe.failureThreshold * livenessProbe.periodSeconds).toBeGreaterThan(30);
    expect(pod?.spec.terminationGracePeriodSeconds).toBeGreaterThan(15);
    const kubernetes = `4 s x ${readinessProbe.failureThreshold}`;
    const probeSeconds = 4 * readinessProbe.failureThreshold;
    expect(text).toMatch(/by itself:\n# {3}"fast"/);
    expect(text).toMatch(/all of them are down:\n# {3}"slow"/);
    expect(text).toContain(`#   "fast": 4 s x 2 + ${kubernetes} = ${8 + probeSeconds} s\n`);
    expect(text).toContain(`#   "slow": 120 s x 3 + ${kubernetes} = ${360 + probeSeconds} s\n`);
    expect(text).not.toContain('"optional"');
    expect(text).not.toContain('"extra"');
  });

  it.each(['startupProbe', 'livenessProbe', 'readinessProbe'] as const)(
    'gives %s time to answer, within its period',
    async (name) => {
      const { container } = await probes(
        `runtime: { ${OPEN}, health_checks: { providers: { a: { interval: 1s, timeout: 500ms } } } }`,
      );
      const { periodSeconds, timeoutSeconds, failureThreshold } = (container as NonNullable<typeof container>)[name];
      expect(timeoutSeconds).toBeGreaterThanOrEqual(1);
      expect(timeoutSeconds).toBeLessThanOrEqual(Math.min(2, periodSeconds));
      expect(failureThreshold).toBeGreaterThanOrEqual(1);
    },
  );

  it('says what a kubelet cannot reach, and what to set, in the result too', async () => {
    const { code, text, err } = await probes('runtime: {}');
    expect(code).toBe(0);
    expect(err).toContain('127.0.0.1, which a kubelet cannot reach: set runtime.admin.host to 0.0.0.0');
    expect(text).toContain('# WARNING: the admin endpoint listens on 127.0.0.1');
    expect((await probes(`runtime: { ${OPEN} }`)).text).not.toContain('WARNING');
  });

  it('stays valid YAML whatever checks are called', async () => {
    const { container, text } = await probes(
      `runtime: { ${OPEN}, health_checks: { providers: { "b: [#'\\"": { interval: 9s, timeout: 1s } } } }`,
    );
    expect(container?.name).toBe('app');
    expect(text).toContain(`"b: [#'\\"": 9 s`);
  });

  it('has nothing to print where there is no endpoint, or none that stays', async () => {
    expect(await probes('runtime: { admin: { enabled: false } }')).toMatchObject({ code: 1, text: '' });
    expect(await probes('runtime: { admin: { port: 0 } }')).toMatchObject({ code: 1, text: '' });
  });

  it.each([['--container', 'My App'], ['--container', 'a: b'], ['--verbose'], ['extra']])(
    'refuses %s %s as usage',
    async (...args) => {
      expect(
        await probes(
          'runtime: {}',
          args.filter((arg) => arg !== undefined),
        ),
      ).toMatchObject({ code: 2, text: '' });
    },
  );

  it('reports a bad config, and a file that is not there', async () => {
    expect(await probes('runtime: { admn: {} }')).toMatchObject({ code: 78, text: '' });
    const at = terminal();
    expect(await runCli(['probes', '--config', join(directory, 'none.yml')], at)).toBe(78);
    expect(at.stderr()).toContain('does not exist');
  });
});

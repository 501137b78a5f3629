import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { runCli } from '../../../../packages/agent/src/cli/run.ts';
import { Child } from '../../../../packages/agent/src/cli/stack/child.ts';
import { composeArguments, composeEnvironment } from '../../../../packages/agent/src/cli/stack/compose.ts';
import { freePorts, isTaken } from '../../../../packages/agent/src/cli/stack/free-ports.ts';
import { stackOptions } from '../../../../packages/agent/src/cli/stack/options.ts';
import { findPrograms } from '../../../../packages/agent/src/cli/stack/programs.ts';
import { temporaryDirectory } from '../../../support/servers-process.ts';
import { startUpstream } from '../../../support/upstream.ts';
import { terminal } from '../terminal.ts';

describe('the arguments of crossbridge stack', () => {
  test.each([
    [['--target', '127.0.0.1:9464'], '--target needs --native'],
    [['--native', '--target', '9464'], '--target must be host:port'],
    [['--native', '--traces', 'tempo:4318'], '--traces must be an address'],
    [['--prometheus-port', '0'], '--prometheus-port must be a whole number from 1 to 65535'],
    [['--native', '--grafana-port', '3001'], '--native has no Grafana'],
    [['--native', '--scrape-interval', '1.5'], '--scrape-interval must be a whole number'],
  ])('%j are refused', async (args, message) => {
    const screen = terminal();
    expect(await runCli(['stack', ...args], screen)).toBe(2);
    expect(screen.stderr()).toContain(message);
  });

  test('are passed on to docker compose', () => {
    const options = stackOptions(['--grafana-port', '3001', '--otlp-http-port', '14318']);
    expect(composeArguments('/x/compose.yml', options)).toEqual([
      'compose',
      '--file',
      '/x/compose.yml',
      'up',
      '--remove-orphans',
      'grafana',
    ]);
    expect(composeArguments('/x/compose.yml', stackOptions(['--demo'])).at(-1)).toBe('demo');
    expect(composeEnvironment(options)).toEqual({
      CROSSBRIDGE_GRAFANA_PORT: '3001',
      CROSSBRIDGE_PROMETHEUS_PORT: '9090',
      CROSSBRIDGE_ALERTMANAGER_PORT: '9093',
      CROSSBRIDGE_OTLP_GRPC_PORT: '4317',
      CROSSBRIDGE_OTLP_HTTP_PORT: '14318',
    });
  });
});

describe('crossbridge stack in containers', () => {
  const directory = temporaryDirectory('docker');
  afterEach(() => directory.remove());

  test('hands over to docker compose, and says where there is none', async () => {
    const missing = terminal({ PATH: directory.path });
    expect(await runCli(['stack'], missing)).toBe(1);
    expect(missing.stderr()).toContain('docker compose is not installed; crossbridge stack --native');
    const docker = join(directory.path, 'docker');
    const seen = join(directory.path, 'seen');
    writeFileSync(
      docker,
      `#!/bin/sh\n[ "$2" = version ] && exit 0\necho "$@ $CROSSBRIDGE_GRAFANA_PORT" >${seen}\nexit $EXIT\n`,
    );
    chmodSync(docker, 0o755);
    const path = `${directory.path}:/bin:/usr/bin`;
    expect(await runCli(['stack', '--grafana-port', '3001'], terminal({ PATH: path, EXIT: '0' }))).toBe(0);
    expect(readFileSync(seen, 'utf8')).toMatch(
      /^compose --file \/.*\/collector\/compose\.yml up --remove-orphans grafana 3001$/m,
    );
    const failing = terminal({ PATH: path, EXIT: '17' });
    expect(await runCli(['stack'], failing)).toBe(1);
    expect(failing.stderr()).toContain('exit code 17');
  });
});

describe('the programs of the native stack', () => {
  const directory = temporaryDirectory('programs');
  afterEach(() => directory.remove());

  test('are looked for by variable, then by every name on the PATH; what is missing is told all at once', async () => {
    const program = (name: string): string => {
      const path = join(directory.path, name);
      writeFileSync(path, '#!/bin/sh\n');
      chmodSync(path, 0o755);
      return path;
    };
    const screen = terminal({ PATH: directory.path });
    expect(await runCli(['stack', '--native'], screen)).toBe(1);
    for (const title of ['Prometheus:', 'Alertmanager:', 'the OpenTelemetry Collector']) {
      expect(screen.stderr()).toContain(title);
    }
    const [prometheus, alertmanager, collector, other] = [
      program('prometheus'),
      program('prometheus-alertmanager'),
      program('otelcol-contrib'),
      program('mine'),
    ];
    expect(findPrograms({ PATH: directory.path })).toEqual({ found: { prometheus, alertmanager, collector } });
    expect(findPrograms({ PATH: directory.path, CROSSBRIDGE_OTELCOL: other })).toMatchObject({
      found: { collector: other },
    });
    // What is named and is not there is not replaced by something else.
    expect(findPrograms({ PATH: directory.path, CROSSBRIDGE_OTELCOL: '/nowhere' })).toHaveProperty('missing');
  });
});

describe('a program of the stack', () => {
  const start = (script: string): Child =>
    new Child({ title: 'it', command: process.execPath, args: ['-e', script], env: process.env, cwd: '/' });

  test('that ends by itself is told with its last words', async () => {
    await expect(start('console.error("out of luck"); process.exitCode = 3').ended).rejects.toThrow(
      'it has ended (exit code 3):\nout of luck',
    );
  });

  test('that cannot be started is told', async () => {
    const child = new Child({ title: 'it', command: '/nowhere', args: [], env: {}, cwd: '/' });
    await expect(child.ended).rejects.toThrow('it could not be started');
    await child.stop();
  });

  test('that is asked to end is gone afterwards, and its end is no failure', async () => {
    const child = start('setInterval(() => {}, 1000)');
    let failed = false;
    child.ended.catch(() => {
      failed = true;
    });
    await child.stop();
    expect(failed).toBe(false);
  });
});

describe('ports', () => {
  test('that somebody listens on are taken', async () => {
    await using upstream = await startUpstream((response) => response.end());
    const [free = 0] = await freePorts(1);
    expect(await isTaken(Number(new URL(upstream.url).port))).toBe(true);
    expect(await isTaken(free)).toBe(false);
  });
});

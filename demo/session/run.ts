import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { adminUrl, chooseAdminPort, untilAdminListens } from './admin.ts';
import { ChildFailedError, Children } from './children.ts';
import type { DemoOptions } from './options.ts';
import type { Screen } from './screen.ts';
import { Stage } from './stage.ts';

/** How long after the first trouble a dead child is sure to be known as such. */
const END_GRACE_MS = 500;

const HERE = fileURLToPath(new URL('..', import.meta.url));
const OWN_CONFIG = `${HERE}crossbridge.yml`;

/**
 * Runs the demo and gives its exit code: 0 when everything was seen that it is there to show. Rejects when a process could not start or
 * ended too early. No process that it started outlives it.
 *
 * @param interrupted ends the run early; its reason is then the exit code
 */
export async function runDemo(options: DemoOptions, screen: Screen, interrupted: AbortSignal): Promise<number> {
  const children = new Children();
  const over = new AbortController();
  const ended = AbortSignal.any([interrupted, over.signal]);
  try {
    const exitCode = await Promise.race([play(options, screen, children, ended), children.failed]);
    const words = children.lastWords();
    if (words.length > 0) screen.print(['', ...words]);
    return exitCode;
  } catch (error) {
    if (error instanceof ChildFailedError) throw error;
    // A child that dies breaks a request before its end is known: then its end is the reason.
    await Promise.race([children.failed, sleep(END_GRACE_MS)]);
    throw withLastWords(error, children);
  } finally {
    // When a child failed, the load and the view are still going on.
    over.abort();
    await children.stop();
  }
}

/** A child that is alive but does not answer has often said why. */
function withLastWords(error: unknown, children: Children): Error {
  const message = error instanceof Error ? error.message : String(error);
  return new Error([message, ...children.lastWords()].join('\n'), { cause: error });
}

async function play(
  options: DemoOptions,
  screen: Screen,
  children: Children,
  interrupted: AbortSignal,
): Promise<number> {
  const upstream = await children.start({
    name: 'the upstream',
    args: ['upstream/main.ts', '--seed', String(options.seed), '--seconds', String(options.seconds)],
    cwd: HERE,
    env: process.env,
  });
  const admin = options.without ? null : await chooseAdminPort();
  const service = await children.start({
    name: 'the service',
    args: [...(admin === null ? [] : ['--import', '@crossbridge/agent']), 'service/server.js'],
    cwd: HERE,
    env: serviceEnvironment(upstream, admin?.port ?? null, options.config ?? OWN_CONFIG),
  });
  if (admin !== null) await untilAdminListens(adminUrl(admin.port));
  const stage = new Stage({
    ...options,
    upstream,
    service,
    admin: admin === null ? null : adminUrl(admin.port),
    screen,
  });
  screen.print(introduction(options, upstream, service, admin));
  return stage.play(interrupted);
}

function serviceEnvironment(
  upstream: string,
  adminPort: number | null,
  config: string,
): Readonly<Record<string, string | undefined>> {
  return {
    ...process.env,
    PORT: '0',
    OPENAI_BASE_URL: `${upstream}/v1`,
    OPENAI_API_KEY: 'demo',
    SHOP_URL: upstream,
    ...(adminPort === null
      ? {}
      : {
          CROSSBRIDGE_CONFIG: config,
          CROSSBRIDGE_ADMIN_PORT: String(adminPort),
          DEMO_UPSTREAM_PORT: new URL(upstream).port,
        }),
  };
}

function introduction(
  { seconds, seed, rate, without, config = 'demo/crossbridge.yml' }: DemoOptions,
  upstream: string,
  service: string,
  admin: { readonly port: number; readonly isUsual: boolean } | null,
): readonly string[] {
  const base = admin === null ? '' : adminUrl(admin.port);
  return [
    `${rate} requests per second for ${seconds} s, seed ${seed}, ${without ? 'without CrossBridge' : `with CrossBridge (${config})`}`,
    '',
    `  service    ${service}/ask?q=tea   /stream?q=tea   /similar?q=tea   /search?q=tea   /stock/7`,
    `  upstream   ${upstream}/__stats`,
    ...(admin === null
      ? []
      : [
          `  metrics    ${base}/metrics`,
          `  health     ${base}/healthz   /readyz   /livez`,
          ...(admin.isUsual ? [] : ['             (port 9464 is taken, so a free one is used)']),
        ]),
    '',
  ];
}

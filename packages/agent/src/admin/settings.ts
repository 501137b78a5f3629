import { hostname } from 'node:os';
import type { AdminConfig } from '@crossbridge/core/config';
import type { AdminSettings } from './messages.ts';
import { digestOf } from './worker/bearer.ts';

const TOKEN_VARIABLE = 'CROSSBRIDGE_ADMIN_TOKEN';
const LEAST_TOKEN_CHARACTERS = 16;

export type Environment = Readonly<Record<string, string | undefined>>;

/** A port from the environment wins: several services on one machine often share one config file. */
export function adminPort(configured: number, env: Environment, warn: (message: string) => void): number {
  const text = env.CROSSBRIDGE_ADMIN_PORT?.trim();
  if (text === undefined || text === '') return configured;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  warn(`CROSSBRIDGE_ADMIN_PORT must be a port from 0 to 65535, got '${text}'; using ${configured}`);
  return configured;
}

/** What the admin thread has to know of config and environment. Says what is unsafe about it. */
export function adminSettings(config: AdminConfig, env: Environment, warn: (message: string) => void): AdminSettings {
  const token = env[TOKEN_VARIABLE]?.trim() ?? '';
  if (token !== '' && token.length < LEAST_TOKEN_CHARACTERS) {
    warn(`the token in ${TOKEN_VARIABLE} is short: use at least ${LEAST_TOKEN_CHARACTERS} random characters`);
  }
  if (token === '' && !isLoopback(config.host)) {
    warn(
      `the admin endpoint listens on ${config.host} without a token: whoever reaches it reads /metrics and /healthz. ` +
        `Set ${TOKEN_VARIABLE}, or see to it that only your monitoring gets there.`,
    );
  }
  return {
    host: config.host,
    port: adminPort(config.port, env, warn),
    tokenDigest: token === '' ? undefined : digestOf(token),
    hostNames: [config.host, hostname(), ...config.allowedHosts].map((name) => name.toLowerCase()),
    livenessLimitMs: config.livenessLimitMs,
    readinessLimitMs: config.readinessLimitMs,
  };
}

/** Whether only this machine can reach an address to listen on. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

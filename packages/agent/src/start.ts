import { isMainThread } from 'node:worker_threads';
import { createBridge, setDefaultBridge } from '@crossbridge/core';
import { ConfigError, type LoadedConfig, loadRuntimeConfig, type RateLimitStoreConfig } from '@crossbridge/core/config';
import { Admin } from './admin/admin.ts';
import { isAdminThread } from './admin/messages.ts';
import { adminSettings } from './admin/settings.ts';
import { presentDoctor } from './doctor/hand-over.ts';
import { followConfig } from './follow-config.ts';
import { warnOfMissingChecks } from './missing-checks.ts';
import { whyTooOld } from './node-version.ts';
import { isOwnCommand } from './own-command.ts';
import { patchFetch } from './patches/fetch.ts';
import { MODULE_PATCHES } from './patches/module-patches.ts';
import type { Patch } from './patches/patch.ts';
import { patchModules } from './patches/patch-modules.ts';
import { messageOf, report, reportOnce } from './report.ts';
import { instrumentedImports } from './sdk/instrumentations.ts';
import { AgentStore, driverOf, type StoreDriver } from './shared-store.ts';
import { CallsUnderWay } from './shutdown/calls-under-way.ts';
import { endWell } from './shutdown.ts';
import { startTelemetry } from './start-telemetry.ts';

/** EX_CONFIG of sysexits.h: the configuration is wrong. */
const EXIT_CONFIG = 78;

const STARTED = Symbol.for('crossbridge.agent.started');

/**
 * Loads the config, starts the SDK, wraps what the application calls through and serves the admin endpoint.
 * Ends the process with exit code 78 when the config is bad: half a bridge would be worse than none. Everything else that fails
 * is reported once, and the application runs as if the agent were not there.
 */
export function start(): void {
  const holder = globalThis as { [STARTED]?: true };
  if (holder[STARTED] || isAdminThread() || isOwnCommand(process.argv[1])) return;
  holder[STARTED] = true;
  const tooOld = whyTooOld();
  if (tooOld !== undefined) {
    report(tooOld);
    return;
  }
  const { config, warnings, file } = loadOrExit();
  for (const warning of warnings) report(`warning: ${warning.file}:${warning.line}: ${warning.message}`);
  // The admin port belongs to the process, so to its main thread.
  const admin =
    isMainThread && config.admin.enabled
      ? attempt('the admin endpoint', () => new Admin(adminSettings(config.admin, process.env, report)))
      : undefined;
  const { store: storeConfig } = config.rateLimiting;
  const driver = storeConfig === undefined ? undefined : driverOrExit(storeConfig);
  const store = driver === undefined ? undefined : new AgentStore();
  const bridge = createBridge(config, {
    ...(store === undefined ? {} : { sharedStore: store }),
    onObserverError: (error) => reportOnce('observer', `telemetry failed and is left out: ${messageOf(error)}`),
  });
  // Code of the application that calls the plain functions shares limits and state with what the agent hardens.
  setDefaultBridge(bridge);
  if (file !== undefined) attempt('watching the config', () => followConfig(bridge, file));
  const patches: Patch[] = [];
  const sdk = attempt('telemetry', () => startTelemetry(bridge, patches));
  if (config.patches.fetch !== false) patches.push(...(attempt('the fetch patch', () => [patchFetch(bridge)]) ?? []));
  patches.push(
    ...(attempt('the patches of modules', () =>
      patchModules(bridge, MODULE_PATCHES, sdk === undefined ? [] : instrumentedImports()),
    ) ?? []),
  );
  // Only now: whoever watches for modules is to see the driver loaded.
  if (store !== undefined && driver !== undefined) {
    attempt('the connection to the store of shared rate limits', () => store.connect(driver));
  }
  presentDoctor()?.started({ bridge, patches, file, warnings });
  const calls = new CallsUnderWay(bridge.state);
  if (isMainThread && config.healthChecks.enabled) warnOfMissingChecks(bridge.health, report);
  if (admin !== undefined) attempt('the admin endpoint', () => admin.connect(bridge, sdk));
  endWell({
    telemetry: sdk ?? { flush: async () => {}, shutdown: async () => {} },
    isMainThread,
    calls,
    onStop: () => admin?.stop(),
    release: async () => bridge.sharedLimits?.close(),
    ...config.shutdown,
  });
}

function driverOrExit(config: RateLimitStoreConfig): StoreDriver {
  const driver = driverOf(config);
  if (typeof driver !== 'string') return driver;
  report(driver);
  return process.exit(EXIT_CONFIG);
}

function loadOrExit(): LoadedConfig {
  try {
    return loadRuntimeConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    report(error.message);
    return process.exit(EXIT_CONFIG);
  }
}

function attempt<T>(what: string, action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    reportOnce(what, `${what} could not be started, and the application runs without it: ${messageOf(error)}`);
    return undefined;
  }
}

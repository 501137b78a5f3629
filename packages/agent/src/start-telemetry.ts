import type { Bridge } from '@crossbridge/core';
import { AttemptAnnotator, createOtelObserver, KeepWhatHurt } from '@crossbridge/otel';
import { stateLogWriter } from './log/state-log-writer.ts';
import type { Patch } from './patches/patch.ts';
import { loadedPatches } from './patches/patch-modules.ts';
import { samplerFromEnv } from './sdk/sampler.ts';
import { isSdkDisabled, type RunningSdk, startSdk } from './sdk/start-sdk.ts';

/**
 * Starts the SDK and lets it tell what the bridge does. Undefined when the environment says that there is to be no SDK; changes of state
 * are still written then.
 */
export function startTelemetry(bridge: Bridge, patches: readonly Patch[]): RunningSdk | undefined {
  const { sampling, recordKey, genAi, logLevel } = bridge.config.telemetry;
  const state = {
    ...bridge.state,
    patches: () => loadedPatches(patches),
  };
  const keep =
    sampling.keepWhatHurts && !isSdkDisabled()
      ? new KeepWhatHurt({ sampler: samplerFromEnv(), slowerThanMs: sampling.keepSlowerThanMs })
      : undefined;
  const writeLog = stateLogWriter(logLevel, (line) => void process.stderr.write(line));
  const observer = createOtelObserver({
    state: () => state,
    metrics: isSdkDisabled() ? 'instruments' : 'producer',
    recordKey,
    streams: true,
    genAi,
    ...(keep === undefined ? {} : { keep }),
    ...(writeLog === undefined ? {} : { writeLog }),
  });
  const sdk = startSdk({
    annotator: new AttemptAnnotator(),
    keep,
    producerFor: (temporality) => observer.metricProducer(temporality),
  });
  bridge.observe(observer);
  return sdk;
}

// CrossBridge with a newer copy of the API beside an application with SDK 2.x and API 1.9.
import { createBridge } from '@crossbridge/core';
import { createOtelObserver } from '@crossbridge/otel';
import { metrics } from '@opentelemetry/api';
import { MeterProvider } from '@opentelemetry/sdk-metrics';

const bridge = createBridge({}, { observers: [createOtelObserver()] });
await bridge.run('search', async () => 1);
metrics.setGlobalMeterProvider(new MeterProvider());
for (let call = 0; call < 3; call += 1) await bridge.run('search', async () => 1);

import { getNodeAutoInstrumentations } from '@opentelemetry/auto-instrumentations-node';

// What an application does that instruments itself.
getNodeAutoInstrumentations({ '@opentelemetry/instrumentation-ioredis': { enabled: true, requireParentSpan: false } });

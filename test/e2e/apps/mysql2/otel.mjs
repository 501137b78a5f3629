import { getNodeAutoInstrumentations } from '@opentelemetry/auto-instrumentations-node';

// What an application does that instruments itself.
getNodeAutoInstrumentations({ '@opentelemetry/instrumentation-mysql2': { enabled: true } });

// biome-ignore lint/correctness/noUndeclaredDependencies: of the agent, as it is of applications
import { registerInstrumentations } from '@opentelemetry/instrumentation';
// biome-ignore lint/correctness/noUndeclaredDependencies: of the agent, as it is of applications
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';

// What an application does that starts its own OpenTelemetry.
registerInstrumentations({ instrumentations: [new PgInstrumentation({ requireParentSpan: false })] });

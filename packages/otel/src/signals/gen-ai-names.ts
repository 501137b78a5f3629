/**
 * What OpenTelemetry's conventions for generative AI call things: the one place to change when they do. They are in development, in the
 * repository semantic-conventions-genai; these names are those of its registry of November 2026, in which `gen_ai.client.token.usage` is about
 * to be replaced by counters.
 */
export const GEN_AI = {
  operationDuration: 'gen_ai.client.operation.duration',
  tokenUsage: 'gen_ai.client.token.usage',
  operationName: 'gen_ai.operation.name',
  providerName: 'gen_ai.provider.name',
  responseModel: 'gen_ai.response.model',
  tokenType: 'gen_ai.token.type',
} as const;

/** Seconds, as the conventions want them. */
export const GEN_AI_DURATION_BOUNDARIES: readonly number[] = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
];

/** Tokens, as the conventions want them. */
export const GEN_AI_TOKEN_BOUNDARIES: readonly number[] = [
  1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864,
];

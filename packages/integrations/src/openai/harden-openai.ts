import { type FetchingClient, type HardenClientOptions, hardenClient } from '../ai-sdk-http/harden-client.ts';

/**
 * A copy of an OpenAI client (or of one made for Azure, or for a provider compatible with OpenAI) whose calls run under the policies of the
 * bridge: embeddings as operation `embed`, all others as `ai_generate`. The client given stays as it was.
 *
 * Results and errors stay the SDK's own: `withResponse`, `asResponse`, `parse`, `stream` and the tool runners work as before, and what a policy
 * refuses is raised as `OpenAI.RateLimitError` or `OpenAI.InternalServerError` with a `code` such as `rate_limited` or `circuit_open`. Where the
 * operation has a retry policy it is the only one, whatever `maxRetries` says.
 *
 * ```ts
 * const openai = hardenOpenAI(new OpenAI(), { bridge });
 * ```
 *
 * @throws InvalidArgumentError that names the argument, what was given and what is expected
 */
export function hardenOpenAI<C extends FetchingClient>(client: C, options: HardenClientOptions = {}): C {
  return hardenClient(client, options, 'hardenOpenAI');
}

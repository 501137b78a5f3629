import { type FetchingClient, type HardenClientOptions, hardenClient } from '../ai-sdk-http/harden-client.ts';

/**
 * A copy of an Anthropic client (or of one made for Bedrock, Vertex or Foundry) whose calls run under the policies of the bridge, as operation
 * `ai_generate`. The client given stays as it was.
 *
 * Results and errors stay the SDK's own: `withResponse`, `asResponse`, `parse`, `stream`, tool runners, middleware and the built-in tracing work as
 * before, and what a policy refuses is raised as `Anthropic.RateLimitError` or as one of the kinds of `Anthropic.InternalServerError`, with an
 * `errorCode` such as `rate_limited` or `circuit_open`. Where the operation has a retry policy it is the only one, whatever `maxRetries` says.
 *
 * ```ts
 * const anthropic = hardenAnthropic(new Anthropic(), { bridge });
 * ```
 *
 * @throws InvalidArgumentError that names the argument, what was given and what is expected
 */
export function hardenAnthropic<C extends FetchingClient>(client: C, options: HardenClientOptions = {}): C {
  return hardenClient(client, options, 'hardenAnthropic');
}

/** Hosts of providers, in the order in which they are tried, with the names that OpenTelemetry's conventions give them. */
const HOSTS: readonly (readonly [RegExp, string])[] = [
  [/\.openai\.azure\.com$/, 'azure.ai.openai'],
  [/\.(?:services|inference)\.ai\.azure\.com$/, 'azure.ai.inference'],
  [/(?:^|\.)openai\.com$/, 'openai'],
  [/(?:^|\.)anthropic\.com$/, 'anthropic'],
  [/^generativelanguage\.googleapis\.com$/, 'gcp.gemini'],
  [/(?:^|[.-])aiplatform\.googleapis\.com$/, 'gcp.vertex_ai'],
  [/^bedrock.*\.amazonaws\.com$/, 'aws.bedrock'],
  [/(?:^|\.)mistral\.ai$/, 'mistral_ai'],
  [/(?:^|\.)groq\.com$/, 'groq'],
  [/(?:^|\.)deepseek\.com$/, 'deepseek'],
  [/(?:^|\.)cohere\.(?:com|ai)$/, 'cohere'],
  [/(?:^|\.)perplexity\.ai$/, 'perplexity'],
  [/(?:^|\.)x\.ai$/, 'x_ai'],
  [/(?:^|\.)moonshot\.(?:ai|cn)$/, 'moonshot_ai'],
  [/\.ml\.cloud\.ibm\.com$/, 'ibm.watsonx.ai'],
];

/** How providers of the AI SDK begin the names of their models' providers, as `openai.chat`. The longer come first. */
const AI_SDK: readonly (readonly [string, string])[] = [
  ['azure', 'azure.ai.openai'],
  ['openai', 'openai'],
  ['vertex', 'gcp.vertex_ai'],
  ['google.vertex', 'gcp.vertex_ai'],
  ['google', 'gcp.gemini'],
  ['amazon-bedrock', 'aws.bedrock'],
  ['bedrock', 'aws.bedrock'],
  ['anthropic', 'anthropic'],
  ['mistral', 'mistral_ai'],
  ['groq', 'groq'],
  ['deepseek', 'deepseek'],
  ['cohere', 'cohere'],
  ['perplexity', 'perplexity'],
  ['xai', 'x_ai'],
  ['moonshotai', 'moonshot_ai'],
];

const OTHER = '_OTHER';

/**
 * The provider of a request. A gateway, or a server of one's own, is taken for the provider whose interface it speaks, where the SDK shows it.
 */
export function providerOf({ url, headers }: { readonly url: URL; readonly headers: Headers }): string {
  const known = HOSTS.find(([host]) => host.test(url.hostname));
  if (known !== undefined) return known[1];
  if (headers.has('anthropic-version')) return 'anthropic';
  return /^(?:Async)?(?:Azure)?OpenAI\//.test(headers.get('user-agent') ?? '') ? 'openai' : OTHER;
}

/** The provider of a model of the AI SDK. */
export function aiSdkProvider(name: string): string {
  return AI_SDK.find(([start]) => name === start || name.startsWith(`${start}.`))?.[1] ?? OTHER;
}

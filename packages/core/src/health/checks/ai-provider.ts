import { type CheckContext, HealthCheck, unlimited } from '../check.ts';
import { HealthResult } from '../result.ts';
import { modelList } from './ai-models.ts';
import { assertObject, methodOf, ownVerdict } from './method.ts';

const RESPONDING = 'Provider responding';

export interface AIProviderCheckOptions {
  /** Whether to embed a word at each run, which the provider bills. Default false. */
  readonly billedEmbed?: boolean | undefined;
}

/**
 * Asks an AI provider without costing anything, by the first it has of `ping`, a health check of its own (`healthCheck`,
 * `health_check`), the list of models (clients of OpenAI and Anthropic) and `isAvailable`. Where there is none of them the status is
 * `unknown`: link the check to an operation, so that the application's calls tell, or allow the billed embedding.
 */
export class AIProviderHealthCheck extends HealthCheck {
  readonly #provider: object;
  readonly #billedEmbed: boolean;

  /** @throws InvalidArgumentError when `provider` is no object */
  constructor(name: string, provider: object, { billedEmbed = false }: AIProviderCheckOptions = {}) {
    super(name);
    assertObject(name, provider);
    this.#provider = provider;
    this.#billedEmbed = billedEmbed;
  }

  override check(context: CheckContext = unlimited()): Promise<HealthResult> {
    return this.measure(() => this.#ask(context));
  }

  async #ask({ signal }: CheckContext): Promise<HealthResult> {
    const embed = this.#billedEmbed ? methodOf(this.#provider, ['embed']) : undefined;
    if (embed !== undefined) return embedded(await embed(['health_check']));
    const ping = methodOf(this.#provider, ['ping']);
    if (ping !== undefined) {
      await ping();
      return new HealthResult({ status: 'healthy', message: RESPONDING });
    }
    const own = methodOf(this.#provider, ['healthCheck', 'health_check']);
    if (own !== undefined) return ownVerdict(await own(), RESPONDING);
    const models = modelList(this.#provider, signal);
    if (models !== undefined) {
      await models();
      return new HealthResult({ status: 'healthy', message: RESPONDING });
    }
    const available = methodOf(this.#provider, ['isAvailable', 'is_available']);
    if (available !== undefined) return availability(await available());
    const message = `Nothing to ask without cost: link the check to an operation (option 'operation') so that its calls tell, or set billedEmbed: true`;
    return new HealthResult({ status: 'unknown', message });
  }
}

function availability(answer: unknown): HealthResult {
  return answer
    ? new HealthResult({ status: 'healthy', message: RESPONDING })
    : new HealthResult({ status: 'unhealthy', message: 'Provider says that it is not available' });
}

function embedded(answer: unknown): HealthResult {
  const first: unknown = Array.isArray(answer) ? answer[0] : undefined;
  const dimensions = Array.isArray(first) || ArrayBuffer.isView(first) ? (first as { length?: number }).length : 0;
  return dimensions
    ? new HealthResult({ status: 'healthy', message: RESPONDING, details: { embeddingDim: dimensions } })
    : new HealthResult({ status: 'unhealthy', message: 'Provider returned empty result' });
}

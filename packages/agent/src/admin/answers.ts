import type { BridgeStateView } from '@crossbridge/core';
import { exposition } from '../exposition/exposition.ts';
import { CONTENT_TYPES, negotiate } from '../exposition/negotiate.ts';
import type { RunningSdk } from '../sdk/start-sdk.ts';
import type { Question, Reply } from './messages.ts';

type ResourceMetrics = Awaited<ReturnType<RunningSdk['pullReader']['collect']>>['resourceMetrics'];

/** Longer than the admin thread waits: a collection that never ends must not be waited for by all that come after. */
const COLLECT_LIMIT_MS = 15_000;

interface Collected {
  readonly pullReader: Pick<RunningSdk['pullReader'], 'collect'>;
}

/** What the main thread answers from. */
export interface AnswerSources {
  readonly state: Pick<BridgeStateView, 'operations'>;
  /** Undefined when the SDK could not be started: `/metrics` then says so. */
  readonly sdk: Collected | undefined;
}

/** Answers what the admin thread cannot know. Never rejects. */
export class Answers {
  readonly #sources: AnswerSources;
  readonly #onError: (what: string, error: unknown) => void;
  #collecting: Promise<ResourceMetrics> | undefined;

  constructor(sources: AnswerSources, onError: (what: string, error: unknown) => void) {
    this.#sources = sources;
    this.#onError = onError;
  }

  async to(question: Question): Promise<Reply> {
    try {
      if (question.kind === 'metrics') return await this.#metrics(question.accept);
      return { status: 200, contentType: 'application/json', body: JSON.stringify(this.#sources.state.operations()) };
    } catch (error) {
      this.#onError(question.kind, error);
      return plain(500, `The ${question.kind} could not be read; the reason is in the log of the process`);
    }
  }

  async #metrics(accept: string): Promise<Reply> {
    const { sdk } = this.#sources;
    if (sdk === undefined) return plain(503, 'The OpenTelemetry SDK is not running');
    // Two collections at once would do the same work twice, and each scrape is served by whichever is under way.
    this.#collecting ??= collect(sdk).finally(() => {
      this.#collecting = undefined;
    });
    return { status: 200, ...expose(await this.#collecting, accept) };
  }
}

async function collect({ pullReader }: Collected): Promise<ResourceMetrics> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the metrics could not be collected in time')), COLLECT_LIMIT_MS).unref();
  });
  try {
    return (await Promise.race([pullReader.collect(), limit])).resourceMetrics;
  } finally {
    clearTimeout(timer);
  }
}

/** In the format that the scraper wants most. */
function expose(metrics: ResourceMetrics, accept: string): Pick<Reply, 'contentType' | 'body'> {
  const format = negotiate(accept);
  return { contentType: CONTENT_TYPES[format], body: exposition(metrics, format) };
}

function plain(status: number, line: string): Reply {
  return { status, contentType: 'text/plain; charset=utf-8', body: `${line}\n` };
}

import { InvalidArgumentError } from '../../errors.ts';
import { type CheckContext, HealthCheck, unlimited } from '../check.ts';
import { HealthResult } from '../result.ts';

export interface HttpCheckOptions {
  /** `http://` or `https://`. A user and password in it are sent as basic authentication. */
  readonly url: string;
  /** Default `GET`. */
  readonly method?: string | undefined;
  /** Statuses that are healthy. Default: 200 to 399; a redirect is not followed. */
  readonly expectStatus?: number | readonly number[] | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Makes an HTTP request. The body of the answer is not read. */
export class HttpHealthCheck extends HealthCheck {
  readonly #url: URL;
  readonly #method: string;
  readonly #headers: Headers;
  readonly #expected: readonly number[] | undefined;

  /** @throws InvalidArgumentError for a URL or headers that cannot be requested */
  constructor(name: string, { url, method = 'GET', expectStatus, headers = {} }: HttpCheckOptions) {
    super(name);
    this.#url = urlOf(name, url);
    this.#method = method;
    this.#headers = headersOf(name, headers, this.#url);
    this.#url.username = this.#url.password = '';
    this.#expected = typeof expectStatus === 'number' ? [expectStatus] : expectStatus;
  }

  override check(context: CheckContext = unlimited()): Promise<HealthResult> {
    return this.measure(() => this.#ask(context));
  }

  async #ask({ signal }: CheckContext): Promise<HealthResult> {
    // Looked up at each run: instrumentations replace it after the checks were made.
    const response = await globalThis.fetch(this.#url, {
      method: this.#method,
      headers: this.#headers,
      redirect: 'manual',
      signal,
    });
    // Unread, it would hold the connection until garbage collection.
    await response.body?.cancel().catch(() => {});
    const healthy = this.#expected?.includes(response.status) ?? response.status < 400;
    const wanted = healthy ? '' : `, expected ${this.#expected?.join(' or ') ?? '200 to 399'}`;
    return new HealthResult({
      status: healthy ? 'healthy' : 'unhealthy',
      message: `HTTP ${response.status}${wanted}`,
      // The query may hold keys.
      details: { url: this.#url.origin + this.#url.pathname, httpStatus: response.status },
    });
  }
}

function urlOf(name: string, text: string): URL {
  const url = URL.parse(text);
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  throw new InvalidArgumentError(`The health check '${name}' needs an http:// or https:// URL`);
}

function headersOf(name: string, given: Readonly<Record<string, string>>, { username, password }: URL): Headers {
  try {
    const headers = new Headers({ 'user-agent': 'crossbridge-health', ...given });
    if ((username !== '' || password !== '') && !headers.has('authorization')) {
      const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
      headers.set('authorization', `Basic ${Buffer.from(credentials).toString('base64')}`);
    }
    return headers;
  } catch (error) {
    // The error itself names the value, which may be secret.
    throw new InvalidArgumentError(
      `The health check '${name}' has headers or credentials that cannot be sent (${error instanceof Error ? error.name : 'error'})`,
    );
  }
}

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
  readonly #headers: Readonly<Record<string, string>>;
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

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const UNSENDABLE = /[\0\r\n]|[^\0-\xff]/;

/** Judges them as `Headers` would, which takes all of undici to be loaded, and that longer than the rest of a bridge. */
function headersOf(
  name: string,
  given: Readonly<Record<string, string>>,
  { username, password }: URL,
): Readonly<Record<string, string>> {
  const headers: Record<string, string> = { 'user-agent': 'crossbridge-health' };
  for (const [header, value] of Object.entries(given)) headers[header.toLowerCase()] = String(value).trim();
  // The value may be secret.
  const refuse = (what: string): InvalidArgumentError =>
    new InvalidArgumentError(`The health check '${name}' has headers or credentials that cannot be sent (${what})`);
  for (const [header, value] of Object.entries(headers)) {
    if (!NAME.test(header) || UNSENDABLE.test(value)) throw refuse(JSON.stringify(header));
  }
  if ((username !== '' || password !== '') && headers.authorization === undefined) {
    const credentials = decoded(username, password);
    if (credentials === undefined) throw refuse('the user or the password in its URL');
    headers.authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
  }
  return headers;
}

function decoded(username: string, password: string): string | undefined {
  try {
    return `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  } catch {
    return undefined;
  }
}

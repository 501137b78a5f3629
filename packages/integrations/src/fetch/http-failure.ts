/** Longest error body that is read for its code. */
const MAX_ERROR_BODY_BYTES = 64 * 1024;

/**
 * A response with an error status on its way through the policies. It never reaches the application: that gets the response,
 * as it would have without them.
 */
export class HttpFailure extends Error {
  readonly response: Response;
  readonly status: number;
  readonly headers: Headers;
  /** What the provider says in its error body; only read where it decides. */
  readonly code: string | undefined;

  constructor(response: Response, code: string | undefined) {
    super(`HTTP ${response.status}`);
    this.name = 'HttpFailure';
    this.response = response;
    this.status = response.status;
    this.headers = response.headers;
    this.code = code;
  }
}

/** Makes the failure of a response. A 429 is looked into: whether it is about rate or about money only its body says. */
export async function httpFailureOf(response: Response): Promise<HttpFailure> {
  return new HttpFailure(response, response.status === 429 ? await errorCodeOf(response) : undefined);
}

async function errorCodeOf(response: Response): Promise<string | undefined> {
  const length = Number(response.headers.get('content-length') ?? 0);
  if (!response.headers.get('content-type')?.includes('json') || length > MAX_ERROR_BODY_BYTES) return undefined;
  try {
    const body: unknown = await response.clone().json();
    const error = member(body, 'error') ?? body;
    const details = member(error, 'details');
    return [member(details, 'error_code'), member(error, 'code'), member(error, 'type')].find(
      (value) => typeof value === 'string',
    );
  } catch {
    // Not JSON after all, or the connection broke: the status alone then decides.
    return undefined;
  }
}

function member(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null ? (of as Record<string, unknown>)[name] : undefined;
}

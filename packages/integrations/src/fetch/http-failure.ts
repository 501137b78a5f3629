/** Longest error body that is read for its code, and for how long: an answer must not be lost to its own explanation. */
export const MAX_ERROR_BODY_BYTES: number = 64 * 1024;
export const MAX_ERROR_BODY_MS = 500;

/**
 * A response with an error status on its way through the policies. It never reaches the application: that gets the response,
 * as it would have without them.
 */
export class HttpFailure<R = unknown> extends Error {
  /** Not `response`: the policies look into this error, and not into what a client has made of it. */
  readonly answer: R;
  readonly status: number;
  readonly headers: Headers;
  /** What the provider says in its error body; only read where it decides. */
  readonly code: string | undefined;

  constructor(answer: R, status: number, headers: Headers, code: string | undefined) {
    super(`HTTP ${status}`);
    this.name = 'HttpFailure';
    this.answer = answer;
    this.status = status;
    this.headers = headers;
    this.code = code;
  }
}

/** What the body of an error says is its code. Asked of a 429: whether it is about rate or about money only its body says. */
export async function errorCodeOf(response: Response): Promise<string | undefined> {
  if (!response.headers.get('content-type')?.includes('json') || !(response.body instanceof ReadableStream)) {
    return undefined;
  }
  try {
    return codeIn((await readStart(response.clone())) ?? '');
  } catch {
    // The connection broke: the status alone then decides.
    return undefined;
  }
}

/** What a text of JSON says is the code of an error. */
export function codeIn(text: string): string | undefined {
  try {
    const body: unknown = JSON.parse(text);
    const error = member(body, 'error') ?? body;
    const details = member(error, 'details');
    return [member(details, 'error_code'), member(error, 'code'), member(error, 'type')].find(
      (value) => typeof value === 'string',
    );
  } catch {
    // Not JSON after all: the status alone then decides.
    return undefined;
  }
}

/** The text of a body that is short and comes at once; undefined for any other. */
async function readStart({ body }: Response): Promise<string | undefined> {
  if (body === null) return undefined;
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    void reader.cancel().catch(() => {});
  }, MAX_ERROR_BODY_MS);
  try {
    let text = '';
    for (let bytes = 0; bytes <= MAX_ERROR_BODY_BYTES; ) {
      const { done, value } = await reader.read();
      if (done) return timedOut ? undefined : text + decoder.decode();
      bytes += value.byteLength;
      text += decoder.decode(value, { stream: true });
    }
    void reader.cancel().catch(() => {});
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

function member(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null ? (of as Record<string, unknown>)[name] : undefined;
}

/** What an endpoint says. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the connection ends with it. */
  readonly close?: boolean;
}

/** Seconds after which another try is worth it: what is behind a 503 here changes with the next beat or check. */
const RETRY_AFTER_SECONDS = '5';

export function text(status: number, line: string, more: Pick<Answer, 'headers' | 'close'> = {}): Answer {
  return { status, contentType: 'text/plain; charset=utf-8', body: `${line}\n`, ...more };
}

export function healthJson(status: 200 | 503, body: unknown): Answer {
  return { status, contentType: 'application/health+json; charset=utf-8', body: `${JSON.stringify(body, null, 2)}\n` };
}

/** Every header of an answer. */
export function headersOf({ status, contentType, body, headers, close }: Answer): Record<string, string | number> {
  return {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(status === 503 ? { 'retry-after': RETRY_AFTER_SECONDS } : {}),
    ...headers,
    ...(close === true ? { connection: 'close' } : {}),
  };
}

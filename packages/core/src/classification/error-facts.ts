import { retryAfterMsOf, shouldRetryHeader } from './retry-after.ts';

/** How far causes are followed: deeper chains are cycles or accidents. */
const MAX_LINKS = 16;

/** What one link of an error's cause chain says about itself, whatever library made it. */
export interface ErrorFacts {
  readonly error: unknown;
  readonly status: number | undefined;
  readonly codes: readonly string[];
  readonly retryAfterMs: number | undefined;
  readonly shouldRetry: boolean | undefined;
}

/** The error, its causes and the members of every `AggregateError` among them, outermost first. */
export function chainOf(error: unknown): readonly unknown[] {
  const chain = [error];
  for (let index = 0; index < chain.length && chain.length < MAX_LINKS; index += 1) {
    const link = chain[index];
    if (typeof link !== 'object' || link === null) continue;
    for (const next of [property(link, 'cause'), ...members(link)]) {
      if (typeof next === 'object' && next !== null && !chain.includes(next)) chain.push(next);
    }
  }
  return chain;
}

export function factsOf(error: unknown, wallNowMs: number): ErrorFacts {
  if (typeof error !== 'object' || error === null) {
    return { error, status: undefined, codes: [], retryAfterMs: undefined, shouldRetry: undefined };
  }
  const response = property(error, 'response');
  const headers = property(error, 'headers') ?? property(response, 'headers');
  return {
    error,
    status: statusOf(error, response),
    codes: codesOf(error),
    retryAfterMs: finite(property(error, 'retryAfterMs')) ?? retryAfterMsOf(headers, wallNowMs),
    shouldRetry: shouldRetryHeader(headers),
  };
}

function statusOf(error: object, response: unknown): number | undefined {
  const candidates = [
    property(error, 'status'),
    property(error, 'statusCode'),
    property(response, 'status'),
    property(response, 'statusCode'),
    property(property(error, '$metadata'), 'httpStatusCode'),
  ];
  return candidates.find(
    (value): value is number => Number.isInteger(value) && Number(value) >= 100 && Number(value) <= 599,
  );
}

/** `code`, and what the AI providers put beside or inside it. */
function codesOf(error: object): readonly string[] {
  const body = property(error, 'error');
  return [
    property(error, 'code'),
    property(error, 'errorCode'),
    property(error, 'type'),
    property(body, 'code'),
    property(body, 'type'),
  ].filter((code) => typeof code === 'string');
}

function members(error: object): readonly unknown[] {
  const errors = property(error, 'errors');
  return Array.isArray(errors) ? errors : [];
}

/** Reads a property of something foreign: a getter that throws says nothing. */
function property(of: unknown, name: string): unknown {
  if (typeof of !== 'object' || of === null) return undefined;
  try {
    return (of as Record<string, unknown>)[name];
  } catch {
    return undefined;
  }
}

function finite(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

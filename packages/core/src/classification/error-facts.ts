import { membersOf, property } from './error-chain.ts';
import type { MatchKind } from './error-rule.ts';
import { retryAfterMsOf, shouldRetryHeader } from './retry-after.ts';
import { errnoOf, labelsOf, replyOf, sqlstateOf } from './vendor-facts.ts';

/** What one link of an error's cause chain says about itself, whatever library made it. */
export interface ErrorFacts {
  readonly error: unknown;
  /** Of the error and of its class. */
  readonly names: readonly string[];
  readonly status: number | undefined;
  readonly codes: readonly string[];
  readonly sqlstate: string | undefined;
  readonly errno: number | undefined;
  readonly labels: readonly string[];
  readonly reply: string | undefined;
  /** Undefined when the error says the same in a better way. */
  readonly message: string | undefined;
  /** Whether it happened while connecting, so that nothing was sent. */
  readonly connecting: boolean;
  readonly retryAfterMs: number | undefined;
  readonly shouldRetry: boolean | undefined;
}

/** Reads an error. Never throws, whatever it is given. */
export function factsOf(error: unknown, wallNowMs: number): ErrorFacts {
  if (typeof error !== 'object' || error === null) return nothing(error);
  try {
    return read(error, wallNowMs);
  } catch {
    // A proxy or a getter of its own making: it says nothing that could be trusted.
    return nothing(error);
  }
}

/** The values of one kind of fact, as text; for a status and an SQLSTATE its class as well. */
export function factValues(facts: ErrorFacts, kind: MatchKind): readonly string[] {
  switch (kind) {
    case 'code':
      return facts.codes;
    case 'name':
      return facts.names;
    case 'label':
      return facts.labels;
    case 'sqlstate':
      return facts.sqlstate === undefined ? [] : [facts.sqlstate, facts.sqlstate.slice(0, 2)];
    case 'status':
      return facts.status === undefined ? [] : [String(facts.status), `${Math.floor(facts.status / 100)}xx`];
    default: {
      const value = facts[kind];
      return value === undefined ? [] : [String(value)];
    }
  }
}

function read(error: object, wallNowMs: number): ErrorFacts {
  const response = property(error, 'response');
  const headers = property(error, 'headers') ?? property(response, 'headers');
  const names = namesOf(error);
  const status = statusOf(error, response);
  const codes = codesOf(error);
  const sqlstate = sqlstateOf(error);
  const message = property(error, 'message');
  const plain = status === undefined && codes.length === 0 && sqlstate === undefined;
  return {
    error,
    names,
    status,
    codes,
    sqlstate,
    errno: errnoOf(error),
    labels: labelsOf(error),
    reply: replyOf(names, message),
    message: plain && typeof message === 'string' ? message : undefined,
    connecting: whileConnecting(error),
    retryAfterMs: finite(property(error, 'retryAfterMs')) ?? retryAfterMsOf(headers, wallNowMs),
    shouldRetry: shouldRetryHeader(headers),
  };
}

function nothing(error: unknown): ErrorFacts {
  return {
    error,
    names: [],
    status: undefined,
    codes: [],
    sqlstate: undefined,
    errno: undefined,
    labels: [],
    reply: undefined,
    message: undefined,
    connecting: false,
    retryAfterMs: undefined,
    shouldRetry: undefined,
  };
}

/** Some libraries leave `name` at "Error" and name only the class. */
function namesOf(error: object): readonly string[] {
  const names = [property(error, 'name'), className(error)];
  return [...new Set(names.filter((name) => typeof name === 'string' && name !== ''))] as string[];
}

function className(error: object): unknown {
  const made = property(error, 'constructor');
  return typeof made === 'function' ? made.name : undefined;
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
  const inner = property(body, 'error');
  const candidates = [
    property(error, 'code'),
    property(error, 'errorCode'),
    property(error, 'type'),
    property(body, 'code'),
    property(body, 'type'),
    property(inner, 'code'),
    property(inner, 'type'),
    property(property(inner, 'details'), 'error_code'),
  ];
  const codes = candidates.map((code) => (Number.isInteger(code) ? String(code) : code));
  return [...new Set(codes.filter((code) => typeof code === 'string' && code !== ''))] as string[];
}

/** Node names the system call; of an `AggregateError` (happy eyeballs) all members must say so. */
function whileConnecting(error: object): boolean {
  if (property(error, 'syscall') === 'connect') return true;
  const members = membersOf(error);
  return members.length > 0 && members.every((member) => property(member, 'syscall') === 'connect');
}

function finite(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

import { processWide } from '../process-wide.ts';
import * as own from './error-classes.ts';

export type { TaxonomyErrorOptions } from './error-classes.ts';

/** What the application throws must be known to the copy of this package that is part of the register entry of the agent. */
const shared: typeof own = processWide('retry_errors.v1', () => ({ ...own }));

export type RetryableError = own.RetryableError;
export const RetryableError: typeof own.RetryableError = shared.RetryableError;

export type NetworkError = own.NetworkError;
export const NetworkError: typeof own.NetworkError = shared.NetworkError;

export type RateLimitError = own.RateLimitError;
export const RateLimitError: typeof own.RateLimitError = shared.RateLimitError;

export type ServerError = own.ServerError;
export const ServerError: typeof own.ServerError = shared.ServerError;

export type NonRetryableError = own.NonRetryableError;
export const NonRetryableError: typeof own.NonRetryableError = shared.NonRetryableError;

export type AuthenticationError = own.AuthenticationError;
export const AuthenticationError: typeof own.AuthenticationError = shared.AuthenticationError;

export type ValidationError = own.ValidationError;
export const ValidationError: typeof own.ValidationError = shared.ValidationError;

import * as own from './errors/classes.ts';
import { processWide } from './process-wide.ts';

export type { CrossbridgeErrorCode, CrossbridgeErrorOptions, RateLimitExceededDetails } from './errors/classes.ts';

/** The register entry of the agent has its own copy of this package, and what it throws must be an instance of what the application imports. */
const shared: typeof own = processWide('errors.v1', () => ({ ...own }));

export const isCrossbridgeError: typeof own.isCrossbridgeError = shared.isCrossbridgeError;
export const captureRefusalStacks: typeof own.captureRefusalStacks = shared.captureRefusalStacks;

export type CrossbridgeError = own.CrossbridgeError;
export const CrossbridgeError: typeof own.CrossbridgeError = shared.CrossbridgeError;

export type RefusalError = own.RefusalError;
export const RefusalError: typeof own.RefusalError = shared.RefusalError;

export type RateLimitExceeded = own.RateLimitExceeded;
export const RateLimitExceeded: typeof own.RateLimitExceeded = shared.RateLimitExceeded;

export type BulkheadFullError = own.BulkheadFullError;
export const BulkheadFullError: typeof own.BulkheadFullError = shared.BulkheadFullError;

export type CircuitOpenError = own.CircuitOpenError;
export const CircuitOpenError: typeof own.CircuitOpenError = shared.CircuitOpenError;

export type AttemptTimeoutError = own.AttemptTimeoutError;
export const AttemptTimeoutError: typeof own.AttemptTimeoutError = shared.AttemptTimeoutError;

export type DeadlineExceededError = own.DeadlineExceededError;
export const DeadlineExceededError: typeof own.DeadlineExceededError = shared.DeadlineExceededError;

export type StreamStalledError = own.StreamStalledError;
export const StreamStalledError: typeof own.StreamStalledError = shared.StreamStalledError;

export type StreamTruncatedError = own.StreamTruncatedError;
export const StreamTruncatedError: typeof own.StreamTruncatedError = shared.StreamTruncatedError;

export type InvalidArgumentError = own.InvalidArgumentError;
export const InvalidArgumentError: typeof own.InvalidArgumentError = shared.InvalidArgumentError;

export type BridgeClosedError = own.BridgeClosedError;
export const BridgeClosedError: typeof own.BridgeClosedError = shared.BridgeClosedError;

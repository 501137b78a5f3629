import { isCrossbridgeError } from '@crossbridge/core';

/**
 * The promise, whose error leads back to who made the call, as pg sees to it: errors come out of a socket, and their own stack ends there. Ours
 * have none, and the error stays the same object.
 */
export function leadingBack<T>(answer: Promise<T>): Promise<T> {
  return answer.catch((error: unknown) => {
    if (error instanceof Error && Object.isExtensible(error) && !isCrossbridgeError(error))
      Error.captureStackTrace(error);
    throw error;
  });
}

import { expect } from 'vitest';
import type { Behaviour, Integration, Subject } from './contract.ts';

/** A client in memory, with what makes wrapping hard: private fields, getters, methods that call each other. */
export class ScriptedClient {
  readonly modelName = 'model-1';
  readonly errors: Error[] = [];
  readonly #behaviours: Behaviour[];
  readonly #failures: Readonly<Record<'flaky' | 'wrong', () => Error>>;
  #asked = 0;

  constructor(behaviours: readonly Behaviour[], failures: Readonly<Record<'flaky' | 'wrong', () => Error>>) {
    this.#behaviours = [...behaviours];
    this.#failures = failures;
  }

  get asked(): number {
    return this.#asked;
  }

  getDimension(): number {
    return this.#asked + 3;
  }

  complete(_prompt: string, options: { readonly signal?: AbortSignal } = {}): Promise<readonly string[]> {
    return this.#behave(options.signal);
  }

  embed(_texts: readonly string[], options: { readonly signal?: AbortSignal } = {}): Promise<readonly string[]> {
    return this.#behave(options.signal);
  }

  query(_sql: string, options: { readonly signal?: AbortSignal } = {}): Promise<readonly string[]> {
    return this.#behave(options.signal);
  }

  async #behave(signal: AbortSignal | undefined): Promise<readonly string[]> {
    this.#asked += 1;
    const behaviour = this.#behaviours.shift() ?? 'answer';
    if (behaviour === 'answer') return ANSWER;
    if (behaviour === 'hang') {
      await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
    }
    const error = this.#failures[behaviour === 'wrong' ? 'wrong' : 'flaky']();
    this.errors.push(error);
    throw error;
  }
}

const ANSWER: readonly string[] = Object.freeze(['answer']);

/** The part of the contract that all wrappers of a {@link ScriptedClient} share. */
export const scripted: Pick<Integration, 'expectAnswer' | 'expectFailure'> = {
  expectAnswer: (value) => expect(value).toBe(ANSWER),
  expectFailure: (error, _behaviour, { original }: Subject) => {
    expect(error).toBe((original as ScriptedClient).errors.at(-1));
  },
};

export function scriptedSubject(
  original: ScriptedClient,
  harden: (client: ScriptedClient) => ScriptedClient,
  call: (client: ScriptedClient, options: { readonly signal?: AbortSignal }) => Promise<unknown>,
): Subject {
  const subjectOf = (client: ScriptedClient): Subject => ({
    client,
    original,
    call: (options = {}) => call(client, options),
    asked: () => original.asked,
    again: () => subjectOf(harden(client)),
  });
  return subjectOf(harden(original));
}

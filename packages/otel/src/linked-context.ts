import type { Context } from '@opentelemetry/api';

/** Links that are followed at most: calls within calls seldom go deeper. */
const MAX_DEPTH = 32;

/**
 * A context with one value more than the one around it. The API's own copies every value into a new map each time, which for each
 * call and each attempt is a good part of what telemetry costs.
 */
export class LinkedContext implements Context {
  readonly #around: Context;
  readonly #key: symbol;
  readonly #value: unknown;
  readonly #depth: number;

  constructor(around: Context, key: symbol, value: unknown) {
    const depth = around instanceof LinkedContext ? around.#depth + 1 : 1;
    const deep = depth > MAX_DEPTH;
    this.#around = deep ? LinkedContext.#flattened(around) : around;
    this.#key = key;
    this.#value = value;
    this.#depth = deep ? 1 : depth;
  }

  /**
   * The same values without those that newer ones hide. A call that begins the next one from inside itself, as pollers do, would else
   * keep all calls before it, and lookups would go through every one of them.
   */
  static #flattened(context: Context): Context {
    const values = new Map<symbol, unknown>();
    let around = context;
    for (; around instanceof LinkedContext; around = around.#around) {
      if (!values.has(around.#key)) values.set(around.#key, around.#value);
    }
    for (const [key, value] of values) around = around.setValue(key, value);
    return around;
  }

  getValue(key: symbol): unknown {
    return key === this.#key ? this.#value : this.#around.getValue(key);
  }

  setValue(key: symbol, value: unknown): Context {
    return new LinkedContext(this, key, value);
  }

  deleteValue(key: symbol): Context {
    return new LinkedContext(this, key, undefined);
  }
}

import type { Context } from '@opentelemetry/api';

/**
 * A context with one value more than the one around it. The API's own copies every value into a new map each time, which for each
 * call and each attempt is a good part of what telemetry costs.
 */
export class LinkedContext implements Context {
  readonly #around: Context;
  readonly #key: symbol;
  readonly #value: unknown;

  constructor(around: Context, key: symbol, value: unknown) {
    this.#around = around;
    this.#key = key;
    this.#value = value;
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

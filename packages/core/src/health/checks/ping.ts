import { HealthCheck } from '../check.ts';
import { HealthResult } from '../result.ts';
import { assertObject } from './method.ts';

/** Calls `service.ping()`. That it answers is healthy, whatever it answers. */
export class PingHealthCheck extends HealthCheck {
  readonly #service: { ping(): unknown };

  /** @throws InvalidArgumentError when `service` is no object */
  constructor(name: string, service: { ping(): unknown }) {
    super(name);
    assertObject(name, service);
    this.#service = service;
  }

  override check(): Promise<HealthResult> {
    return this.measure(async () => {
      await this.#service.ping();
      return new HealthResult({ status: 'healthy', message: 'Ping successful' });
    });
  }
}

import { isA } from '../classification/error-chain.ts';
import { AttemptTimeoutError, RefusalError } from '../errors.ts';
import type { HedgeDecision } from '../observer.ts';
import { Attempt, type AttemptFunction, invoke } from './attempt.ts';
import type { Call } from './call.ts';
import { type AdmittedAttempt, admitAttempt, beginAttempt, endAttempt, HedgeLost } from './one-attempt.ts';
import type { Operation } from './operation.ts';
import { tell, tellSoFar } from './tell.ts';

/**
 * Runs an attempt, and others beside it when it takes long. The first answer wins and ends the others; only when all have failed
 * the failure that came first is thrown.
 *
 * "The Tail at Scale" (Dean, Barroso, CACM 2013) describes the idea.
 */
export function runHedged<T>(
  operation: Operation,
  call: Call,
  first: AdmittedAttempt,
  fn: AttemptFunction<T>,
): Promise<T> {
  return new Promise((resolve, reject) => new Race(operation, call, fn, resolve, reject).start(first));
}

/** Undefined: it succeeded. */
type Failure = { readonly error: unknown } | undefined;

class Race<T> {
  readonly #operation: Operation;
  readonly #call: Call;
  readonly #fn: AttemptFunction<T>;
  readonly #resolve: (value: T) => void;
  readonly #reject: (error: unknown) => void;
  /** What is to be told of the end of each attempt that runs. */
  readonly #running = new Map<Attempt, (failure: Failure) => void>();
  #failure: Failure;
  #timer: unknown;
  #hedges = 0;
  #done = false;

  constructor(
    operation: Operation,
    call: Call,
    fn: AttemptFunction<T>,
    resolve: (value: T) => void,
    reject: (error: unknown) => void,
  ) {
    this.#operation = operation;
    this.#call = call;
    this.#fn = fn;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  start(first: AdmittedAttempt): void {
    this.#run(first);
    this.#awaitHedge(first.number);
  }

  #run(admitted: AdmittedAttempt): void {
    const { clock } = this.#operation.environment;
    const attempt = new Attempt(this.#call, admitted.number, clock.now(), clock);
    const end = (failure: Failure): void => {
      if (!this.#running.delete(attempt)) return;
      const endedAtMs = clock.now();
      // An attempt that was cut took at least so long: leaving it out would make the slow ones look fast.
      const cut = isA(failure?.error, HedgeLost) || isA(failure?.error, AttemptTimeoutError);
      if (failure === undefined || cut) this.#operation.hedgeDelay?.record(endedAtMs - attempt.startedAtMs, cut);
      endAttempt(this.#operation, this.#call, admitted, attempt, endedAtMs, failure);
    };
    this.#running.set(attempt, end);
    const begin = (): T | PromiseLike<T> => beginAttempt(this.#operation, this.#call, admitted, attempt, this.#fn);
    // Where a reload has taken the hedges meanwhile, the function may throw at once.
    invoke(begin, attempt).then(
      (value) => {
        end(undefined);
        if (!this.#done) this.#win(value);
      },
      (error: unknown) => {
        end({ error });
        this.#failure ??= { error };
        if (!this.#done && this.#running.size === 0) this.#lose();
      },
    );
  }

  #awaitHedge(attempt: number): void {
    const { hedge } = this.#operation.config;
    const delayMs = this.#operation.hedgeDelay?.delayMs;
    if (hedge === null || delayMs === undefined || this.#hedges >= hedge.maxHedges) return;
    if (this.#call.attempts >= this.#maxAttempts() || delayMs >= this.#call.remainingMs) return;
    this.#timer = this.#operation.environment.clock.setTimeout(() => this.#hedge(attempt, delayMs), delayMs);
  }

  #hedge(attempt: number, delayMs: number): void {
    const { config, environment } = this.#operation;
    this.#timer = undefined;
    // Switched off meanwhile, by a reload.
    if (config.hedge === null) return;
    const { mode } = config.hedge;
    const call = this.#call;
    this.#hedges += 1;
    // Before the limits are asked again: what they say is not of the beginning.
    if (call.telling === 'plain') tellSoFar(environment.notifier, call);
    const { decision, admitted } = this.#admit(mode === 'shadow');
    tell(environment.notifier, call, { type: 'hedge.decided', call, attempt, decision, mode, delayMs });
    if (admitted !== undefined) this.#run(admitted);
    if (decision === 'hedged') this.#awaitHedge(attempt);
  }

  #admit(shadow: boolean): { decision: HedgeDecision; admitted?: AdmittedAttempt } {
    const { budget, config } = this.#operation;
    if (!this.#call.idempotent || this.#runsOnce) return { decision: 'not_idempotent' };
    const breaker = this.#operation.breakerFor(this.#call.target);
    if (config.circuitBreaker?.mode === 'enforce' && breaker?.refusesAfter(0) === true)
      return { decision: 'circuit_open' };
    if (budget !== undefined && budget.balance < 1) return { decision: 'budget_empty' };
    if (shadow) return { decision: 'hedged' };
    let admission: AdmittedAttempt | RefusalError;
    try {
      admission = admitAttempt(this.#operation, this.#call, 'hedge');
    } catch {
      // A reload has brought a limit that the cost of the call is above.
      return { decision: 'throttled' };
    }
    if (admission instanceof RefusalError) {
      return { decision: admission.code === 'rate_limited' ? 'throttled' : 'circuit_open' };
    }
    budget?.tryWithdraw();
    return { decision: 'hedged', admitted: admission };
  }

  /** Whether the caller could not have it run again: the body of a request can be read once only, say. */
  get #runsOnce(): boolean {
    return this.#call.maxAttempts === 1;
  }

  #maxAttempts(): number {
    const { hedge } = this.#operation.config;
    const allowed = this.#operation.retryFor(this.#call)?.maxAttempts ?? 1 + (hedge?.maxHedges ?? 0);
    // Where only the caller stands against a hedge, that is told when it would have been due.
    return this.#runsOnce ? allowed : Math.min(allowed, this.#call.maxAttempts ?? Number.POSITIVE_INFINITY);
  }

  #win(value: T): void {
    this.#finish();
    this.#resolve(value);
  }

  #lose(): void {
    this.#finish();
    this.#reject(this.#call.aborted ? this.#call.signal?.reason : this.#failure?.error);
  }

  #finish(): void {
    this.#done = true;
    if (this.#timer !== undefined) this.#operation.environment.clock.clearTimeout(this.#timer);
    // Told now, and not when their promises get round to it: nothing may be told of a call that has ended.
    for (const [loser, end] of this.#running) {
      const error = new HedgeLost();
      loser.cut(error);
      end({ error });
    }
  }
}

import {
  type Event,
  EventEmitter,
  type IDefaultPolicyContext,
  type IFailureEvent,
  type IPolicy,
  type ISuccessEvent,
} from 'cockatiel';
import type { Bridge } from '../bridge.ts';
import { assertBridge, assertClock } from '../bridge-options.ts';
import { type Clock, systemClock } from '../clock.ts';
import { assertOptions, optionNames } from '../options.ts';
import { assertRunnable, type RunOptions } from '../run-options.ts';

export interface BridgePolicyOptions extends Omit<RunOptions, 'signal' | 'fallback' | 'nested'> {
  /** For the durations of the events. Default: the system's. */
  readonly clock?: Clock | undefined;
}

const NAMES = optionNames<BridgePolicyOptions>({
  key: true,
  cost: true,
  deadlineMs: true,
  idempotent: true,
  maxAttempts: true,
  retry: true,
  target: true,
  clock: true,
});

/**
 * An operation of a bridge as a policy of cockatiel, to be composed with others by its `wrap`. The signal given to `execute` is
 * that of the caller; the context has the signal of the attempt.
 *
 * A listener that throws harms no call: what cockatiel's own policies let it do (turn a success into a failure, run the function again) does
 * not happen here.
 *
 * @throws InvalidArgumentError for arguments that cannot work
 */
export function bridgePolicy(bridge: Bridge, operation: string, options: BridgePolicyOptions = {}): IPolicy {
  assertBridge(bridge, 'The first argument', 'bridgePolicy');
  const whose = `bridgePolicy('${operation}')`;
  assertOptions(options, NAMES, whose);
  assertClock(options.clock, whose);
  const { clock: _ours, ...ofEachCall } = options;
  assertRunnable(operation, bridgePolicy, ofEachCall);
  return new BridgePolicy(bridge, operation, options);
}

class BridgePolicy implements IPolicy {
  /** For the type checker only, as cockatiel demands it. */
  declare readonly _altReturn: never;
  readonly #bridge: Bridge;
  readonly #operation: string;
  readonly #options: Omit<RunOptions, 'signal' | 'fallback'>;
  readonly #clock: Clock;
  readonly #succeeded = new EventEmitter<ISuccessEvent>();
  readonly #failed = new EventEmitter<IFailureEvent>();
  readonly onSuccess: Event<ISuccessEvent> = this.#succeeded.addListener;
  readonly onFailure: Event<IFailureEvent> = this.#failed.addListener;

  constructor(bridge: Bridge, operation: string, { clock = systemClock, ...options }: BridgePolicyOptions) {
    this.#bridge = bridge;
    this.#operation = operation;
    this.#options = options;
    this.#clock = clock;
  }

  async execute<T>(fn: (context: IDefaultPolicyContext) => PromiseLike<T> | T, signal?: AbortSignal): Promise<T> {
    const startedAtMs = this.#clock.now();
    const duration = (): number => this.#clock.now() - startedAtMs;
    try {
      const value = await this.#bridge.run(this.#operation, (context) => fn({ signal: context.signal }), {
        ...this.#options,
        signal,
      });
      quietly(() => this.#succeeded.emit({ duration: duration() }));
      return value;
    } catch (error) {
      const handled = signal?.aborted !== true;
      quietly(() => this.#failed.emit({ duration: duration(), handled, reason: { error } }));
      throw error;
    }
  }
}

function quietly(tell: () => void): void {
  try {
    tell();
  } catch {}
}

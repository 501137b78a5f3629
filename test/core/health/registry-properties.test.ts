import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { HealthEvent } from '../../../packages/core/src/health/events.ts';
import type { HealthStatus } from '../../../packages/core/src/health/status.ts';
import { settle } from '../../support/virtual-clock.ts';
import { config, registryIn } from './health-registry.ts';

const NAMES = ['a', 'b', 'c'] as const;
const TIMEOUT_MS = 1_000;

type Ending = HealthStatus | 'throw' | 'nonsense' | 'hang';

/** A check whose runs end as they are told, each in its own time, and which knows how many of them are under way. */
class Busy {
  running = 0;
  most = 0;
  readonly #endings: () => { readonly ending: Ending; readonly afterMs: number };
  readonly #wait: (ms: number) => Promise<void>;

  constructor(
    endings: () => { readonly ending: Ending; readonly afterMs: number },
    wait: (ms: number) => Promise<void>,
  ) {
    this.#endings = endings;
    this.#wait = wait;
  }

  async check(): Promise<{ status: HealthStatus }> {
    this.running += 1;
    this.most = Math.max(this.most, this.running);
    const { ending, afterMs } = this.#endings();
    await this.#wait(ending === 'hang' ? 50_000 : afterMs);
    this.running -= 1;
    if (ending === 'throw') throw new Error('thrown');
    return ending === 'nonsense' || ending === 'hang' ? (7 as never) : { status: ending };
  }
}

const ending = fc.record({
  ending: fc.constantFrom<Ending>(
    'healthy',
    'healthy',
    'degraded',
    'unhealthy',
    'unknown',
    'throw',
    'nonsense',
    'hang',
  ),
  afterMs: fc.constantFrom(0, 1, 300, 999, 1_000, 1_500),
});

const name = fc.constantFrom(...NAMES);

const step = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({ type: fc.constantFrom('register' as const, 'run' as const, 'run' as const), name }),
  },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('unregister' as const), name }) },
  {
    weight: 20,
    arbitrary: fc.record({ type: fc.constant('advance' as const), ms: fc.constantFrom(1, 500, 2_500, 20_000) }),
  },
  { weight: 12, arbitrary: fc.record({ type: fc.constantFrom('start' as const, 'stop' as const, 'runAll' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('configure' as const),
      intervalMs: fc.constantFrom(2_000, 8_000),
      enabled: fc.constantFrom(true, true, false),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('clear' as const) }) },
);

afterEach(() => vi.restoreAllMocks());

describe('HealthRegistry, whatever is done to it in whatever order', () => {
  it('never runs a check twice at once, tells of no check that is gone, settles every run, and leaves no timer behind', async () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40, size: 'max' }),
        fc.array(ending, { minLength: 1, maxLength: 12 }),
        async (steps, endings) => {
          const current = new Map<string, Busy>();
          let strangers = 0;
          let draw = 0;
          const onEvent = (event: HealthEvent): void => {
            if (!('check' in event)) return;
            if (!current.has(event.check)) strangers += 1;
            seen.add(event.type === 'health.changed' ? `to ${event.to}` : `timed out ${event.timedOut}`);
          };
          const { registry, clock } = registryIn(
            { intervalMs: 4_000, timeoutMs: TIMEOUT_MS, failureThreshold: 2 },
            { onEvent },
          );
          // Timers of the checks themselves, which are not the registry's to clear.
          let own = 0;
          const wait = (ms: number): Promise<void> => {
            own += 1;
            return new Promise((resolve) => {
              clock.setTimeout(() => {
                own -= 1;
                resolve();
              }, ms);
            });
          };
          const all: Busy[] = [];
          let waiting = 0;
          const track = (promise: Promise<unknown>): void => {
            waiting += 1;
            const done = (): void => {
              waiting -= 1;
            };
            promise.then(done, done);
          };
          for (const one of steps) {
            if (one.type === 'advance') await clock.advance(one.ms);
            else if (one.type === 'configure') registry.configure(config({ ...one, timeoutMs: TIMEOUT_MS }));
            else if (one.type === 'register') {
              const check = new Busy(
                () => endings[draw++ % endings.length] as { ending: Ending; afterMs: number },
                wait,
              );
              all.push(check);
              current.set(one.name, check);
              registry.register(one.name, check);
            } else if (one.type === 'unregister') {
              registry.unregister(one.name);
              current.delete(one.name);
              expect(registry.getStatus(one.name)).toBeNull();
            } else if (one.type === 'clear') {
              registry.clear();
              current.clear();
            } else if (one.type === 'run') track(registry.run(one.name));
            else if (one.type === 'runAll') track(registry.runAll());
            else if (one.type === 'start') registry.start();
            else registry.stop();
            await settle();
            expect([...registry.names()].sort()).toEqual([...current.keys()].sort());
            for (const { check } of registry.snapshot()) expect(current.has(check)).toBe(true);
          }
          registry.stop();
          await clock.advance(TIMEOUT_MS);
          expect(waiting).toBe(0);
          expect(clock.pending).toBe(own);
          for (const check of all) expect(check.most).toBeLessThanOrEqual(1);
          expect(strangers).toBe(0);
        },
      ),
      { numRuns: 300 },
    );
    expect([...seen]).toEqual(
      expect.arrayContaining([
        'to healthy',
        'to degraded',
        'to unhealthy',
        'to unknown',
        'timed out true',
        'timed out false',
      ]),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { AttemptTimeline, attemptsOf } from '../../../packages/core/src/retry/attempts-of.ts';

function ended(attempt: number, error: unknown) {
  return {
    attempt,
    kind: attempt === 1 ? 'initial' : 'retry',
    startedAtMs: attempt * 1_000,
    durationMs: 50,
    outcome: 'error',
    errorType: '503',
    error,
  } as const;
}

describe('attemptsOf', () => {
  it('tells the attempts of the call that failed with the error, without touching the error', () => {
    const [first, last] = [new Error('1'), Object.freeze(new Error('2'))];
    const keys = Reflect.ownKeys(last);
    const timeline = new AttemptTimeline();
    timeline.add(ended(1, first));
    timeline.addWait(100, 'backoff');
    timeline.add(ended(2, last));
    timeline.attachTo(last);
    expect(attemptsOf(last)).toEqual([
      { ...ended(1, first), delayMs: 100, source: 'backoff' },
      { ...ended(2, last), delayMs: undefined, source: undefined },
    ]);
    expect(Reflect.ownKeys(last)).toEqual(keys);
    expect(attemptsOf(first)).toEqual([]);
  });

  it.each(['text', 7, null, undefined, new Error('x'), Symbol('x')])('knows nothing of %s', (thrown) => {
    const timeline = new AttemptTimeline();
    timeline.add(ended(1, thrown));
    if (typeof thrown !== 'object' || thrown === null) timeline.attachTo(thrown);
    expect(attemptsOf(thrown)).toEqual([]);
  });

  it('tells those of the last call of an error that several failed with', () => {
    const shared = new Error('x');
    for (const attempts of [3, 1]) {
      const timeline = new AttemptTimeline();
      for (let attempt = 1; attempt <= attempts; attempt += 1) timeline.add(ended(attempt, shared));
      timeline.attachTo(shared);
    }
    expect(attemptsOf(shared)).toHaveLength(1);
  });

  it('gives away nothing that can be changed', () => {
    const error = new Error('x');
    const timeline = new AttemptTimeline();
    timeline.add(ended(1, error));
    timeline.attachTo(error);
    timeline.add(ended(2, error));
    const attempts = attemptsOf(error);
    expect(attempts).toHaveLength(1);
    expect([Object.isFrozen(attempts), Object.isFrozen(attempts[0])]).toEqual([true, true]);
  });
});

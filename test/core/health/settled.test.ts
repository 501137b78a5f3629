import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Settled, type SettleSettings, settle } from '../../../packages/core/src/health/settled.ts';
import { settledMessage } from '../../../packages/core/src/health/settled-message.ts';
import { BEST_TO_WORST, type HealthStatus } from '../../../packages/core/src/health/status.ts';

const PLAIN: SettleSettings = {
  failureThreshold: 3,
  successThreshold: 2,
  minimumDwellMs: 0,
  flapping: { windowMs: 60_000, transitions: 1_000 },
};

const LETTERS: Readonly<Record<string, HealthStatus>> = { h: 'healthy', d: 'degraded', u: 'unhealthy', '?': 'unknown' };

interface Step {
  readonly result: HealthStatus;
  readonly afterMs: number;
}

function play(steps: readonly Step[], settings: SettleSettings): Settled[] {
  let nowMs = 0;
  let settled: Settled | undefined;
  return steps.map(({ result, afterMs }) => {
    nowMs += afterMs;
    settled = settle(settled, result, nowMs, settings);
    return settled;
  });
}

/** Results as letters, a second apart; the settled status after each, as letters. */
function settledLetters(letters: string, settings: SettleSettings = PLAIN): string {
  const steps = [...letters].map((letter) => ({ result: LETTERS[letter] as HealthStatus, afterMs: 1_000 }));
  const letterOf = (status: HealthStatus): string => Object.keys(LETTERS).find((key) => LETTERS[key] === status) ?? '';
  return play(steps, settings)
    .map(({ status }) => letterOf(status))
    .join('');
}

const rank = (status: HealthStatus): number => BEST_TO_WORST.indexOf(status);
const worst = (statuses: readonly HealthStatus[]): HealthStatus =>
  BEST_TO_WORST[Math.max(...statuses.map(rank))] as HealthStatus;
const best = (statuses: readonly HealthStatus[]): HealthStatus =>
  BEST_TO_WORST[Math.min(...statuses.map(rank))] as HealthStatus;

/** The rules written down as plainly as possible: everything is kept, and looked at anew after each result. */
function model(steps: readonly Step[], settings: SettleSettings): { status: HealthStatus; flapping: boolean }[] {
  const { failureThreshold, successThreshold, minimumDwellMs, flapping: flap } = settings;
  const results: HealthStatus[] = [];
  const changes: { atMs: number; statuses: HealthStatus[] }[] = [];
  let [nowMs, plain, sinceMs, flapping] = [0, undefined as HealthStatus | undefined, 0, false];
  return steps.map(({ result, afterMs }) => {
    nowMs += afterMs;
    results.push(result);
    let next = plain ?? result;
    if (plain === 'unknown') next = result;
    else if (plain !== undefined && nowMs - sinceMs >= minimumDwellMs) {
      const failures = results.slice(-failureThreshold);
      const successes = results.slice(-successThreshold);
      const from = rank(plain);
      if (failures.length === failureThreshold && failures.every((one) => rank(one) > from)) next = best(failures);
      else if (successes.length === successThreshold && successes.every((one) => rank(one) < from))
        next = worst(successes);
    }
    if (plain === undefined) sinceMs = nowMs;
    else if (next !== plain) {
      changes.push({ atMs: nowMs, statuses: [plain, next] });
      sinceMs = nowMs;
    }
    plain = next;
    // Only the last changes matter: as many as make a check flapping.
    const late = changes.slice(-flap.transitions);
    const recent = late.filter(({ atMs }) => nowMs - atMs <= flap.windowMs).length;
    flapping = flapping ? recent * 2 >= flap.transitions : recent >= flap.transitions;
    return { status: flapping ? worst([plain, ...late.flatMap(({ statuses }) => statuses)]) : plain, flapping };
  });
}

const status = fc.constantFrom<HealthStatus>('healthy', 'healthy', 'degraded', 'unhealthy', 'unhealthy', 'unknown');
const step = fc.record({ result: status, afterMs: fc.constantFrom(0, 500, 1_000, 5_000, 20_000) });
const settings = fc.record({
  failureThreshold: fc.integer({ min: 1, max: 4 }),
  successThreshold: fc.integer({ min: 1, max: 4 }),
  minimumDwellMs: fc.constantFrom(0, 0, 1_000, 6_000),
  flapping: fc.record({ windowMs: fc.constantFrom(5_000, 30_000), transitions: fc.integer({ min: 2, max: 6 }) }),
});

describe('settle', () => {
  it('settles at once with the first result', () => {
    for (const letter of 'hdu?') expect(settledLetters(letter)).toBe(letter);
  });

  it('goes down only after so many failures in a row', () => {
    expect(settledLetters('huuhuuhuuu')).toBe('hhhhhhhhhu');
  });

  it('comes up only after so many successes in a row', () => {
    expect(settledLetters('uhuhhh')).toBe('uuuuhh');
  });

  it('has degraded as a level of its own, down and up', () => {
    expect(settledLetters('hddd')).toBe('hhhd');
    expect(settledLetters('hdddhdhh')).toBe('hhhddddh');
    expect(settledLetters('udd')).toBe('uud');
    expect(settledLetters('dhh')).toBe('ddh');
  });

  it('goes down as far as all of the failures are bad', () => {
    expect(settledLetters('hduduuu')).toBe('hhhdddu');
    expect(settledLetters('uhd')).toBe('uud');
  });

  it('takes the first result that tells something after unknown', () => {
    expect(settledLetters('?u')).toBe('?u');
    expect(settledLetters('h???d')).toBe('hhh?d');
  });

  it('holds a status for the dwell, then follows the next result', () => {
    const dwelling = { ...PLAIN, failureThreshold: 1, successThreshold: 1, minimumDwellMs: 3_000 };
    expect(settledLetters('uhhhu', dwelling)).toBe('uuuhh');
    expect(settledLetters('?h', dwelling)).toBe('?h');
  });

  it('shows the worst status of late while it flaps, until it is calm', () => {
    const quick = {
      ...PLAIN,
      failureThreshold: 1,
      successThreshold: 1,
      flapping: { windowMs: 10_000, transitions: 4 },
    };
    // The fourth change is the last u; two of the four are out of the window 11 s after the third.
    expect(settledLetters('huhuhhhhhhhhhhhhhhhhh', quick)).toBe(`huhu${'u'.repeat(10)}${'h'.repeat(7)}`);
    const flapping = play(
      [...'huhuh'].map((letter) => ({ result: LETTERS[letter] as HealthStatus, afterMs: 1_000 })),
      quick,
    );
    expect(flapping.map((one) => one.flapping)).toEqual([false, false, false, false, true]);
  });

  it('does what its description says, for any results at any times', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), settings, (steps, given) => {
        const settled = play(steps, given).map(({ status, flapping }) => ({ status, flapping }));
        for (const { status, flapping } of settled) seen.add(`${status} ${flapping}`);
        expect(settled).toEqual(model(steps, given));
      }),
      { numRuns: 500 },
    );
    expect([...seen]).toEqual(
      expect.arrayContaining(['healthy false', 'degraded true', 'unhealthy true', 'unhealthy false', 'unknown false']),
    );
  });

  it('ends up with whatever the results say if they go on long enough', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), status, settings, (steps, last, given) => {
        const calm = Array.from({ length: 10 }, () => ({ result: last, afterMs: given.flapping.windowMs }));
        expect(play([...steps, ...calm], given).at(-1)).toMatchObject({ status: last, flapping: false });
      }),
    );
  });

  it('keeps no more than it needs, however long it goes on', () => {
    const many = play(
      Array.from({ length: 5_000 }, (_, index) => ({ result: index % 2 ? 'unhealthy' : 'healthy', afterMs: 1 })),
      {
        ...PLAIN,
        failureThreshold: 1,
        successThreshold: 1,
        flapping: { windowMs: 1e9, transitions: 7 },
      },
    );
    expect(many.at(-1)?.changes).toHaveLength(7);
  });
});

describe('settledMessage', () => {
  const message = (letters: string, given: SettleSettings = PLAIN, text = 'slow'): string => {
    const steps = [...letters].map((letter) => ({ result: LETTERS[letter] as HealthStatus, afterMs: 1_000 }));
    return settledMessage(play(steps, given).at(-1) as Settled, text, given);
  };

  it('is that of the last result when it is as the status is', () => {
    expect(message('h')).toBe('slow');
    expect(message('huuu')).toBe('slow');
    expect(message('h', PLAIN, '')).toBe('');
  });

  it('tells how far the status is from changing', () => {
    expect(message('hu')).toBe('1 of 3 failures in a row: slow');
    expect(message('hud')).toBe('2 of 3 failures in a row: slow');
    expect(message('uh')).toBe('1 of 2 successes in a row: slow');
    expect(message('hu', PLAIN, '')).toBe('1 of 3 failures in a row');
  });

  it('tells that only the dwell holds the status', () => {
    const dwelling = { ...PLAIN, minimumDwellMs: 30_000, successThreshold: 1 };
    expect(message('huuu', dwelling)).toBe('3 failures in a row, but healthy holds for 30 s at least: slow');
    expect(message('uh', dwelling)).toBe('1 success in a row, but unhealthy holds for 30 s at least: slow');
  });

  it('tells that it flaps', () => {
    const quick = {
      ...PLAIN,
      failureThreshold: 1,
      successThreshold: 1,
      flapping: { windowMs: 10_000, transitions: 2 },
    };
    expect(message('huh', quick)).toBe(
      'flapping, so unhealthy until it is calm (2 changes of status within 10 s): slow',
    );
  });
});

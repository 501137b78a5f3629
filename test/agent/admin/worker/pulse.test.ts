import { describe, expect, it } from 'vitest';
import { BEAT_MS, Pulse } from '../../../../packages/agent/src/admin/worker/pulse.ts';

function watched() {
  const main = { beats: 0 };
  const clock = { nowMs: 5_000 };
  const pulse = new Pulse(
    () => main.beats,
    () => clock.nowMs,
  );
  const look = (times: number, everyMs = BEAT_MS): void => {
    for (let time = 0; time < times; time++) {
      clock.nowMs += everyMs;
      pulse.look();
    }
  };
  return { main, clock, pulse, look };
}

describe('Pulse', () => {
  it('is young while the main thread beats', () => {
    const { main, pulse, look } = watched();
    for (let second = 0; second < 40; second++) {
      main.beats += 1;
      look(1);
    }
    expect(pulse.ageMs).toBe(0);
  });

  it('ages by the time for which no beat comes, and is young again at once with the next', () => {
    const { main, pulse, look } = watched();
    look(40);
    expect(pulse.ageMs).toBe(10_000);
    main.beats += 1;
    expect(pulse.ageMs).toBe(0);
    look(1);
    expect(pulse.ageMs).toBe(0);
  });

  it('does not count the time in which this thread stood still as well', () => {
    const { clock, pulse, look } = watched();
    look(4);
    clock.nowMs += 3_600_000;
    expect(pulse.ageMs).toBe(1_000);
    pulse.look();
    expect(pulse.ageMs).toBe(1_500);
  });

  it('counts on when the looks come a little late, as on a busy machine', () => {
    const { pulse, look } = watched();
    look(20, 400);
    expect(pulse.ageMs).toBe(8_000);
  });

  it('never goes backwards with its clock', () => {
    const { clock, pulse, look } = watched();
    look(4);
    clock.nowMs -= 10_000;
    pulse.look();
    expect(pulse.ageMs).toBe(1_000);
  });

  it('knows a beat when the counter wraps around', () => {
    const { main, pulse, look } = watched();
    look(8);
    main.beats = -(2 ** 31);
    look(1);
    expect(pulse.ageMs).toBe(0);
  });
});

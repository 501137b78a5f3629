import { describe, expect, it } from 'vitest';
import { placeOf } from '../../../packages/agent/src/doctor/place-of.ts';

describe('the place of a function', () => {
  it('is its name and its file', () => {
    function wrapper(): void {}
    expect(placeOf(wrapper)).toMatch(/^wrapper \(.*place-of\.test\.ts:\d+\)$/);
  });

  it('is its name alone where it has no file, and leaves nothing behind', () => {
    expect(placeOf(Array.prototype.map)).toBe('map');
    expect(placeOf((() => () => {})())).toMatch(/^a function without a name \(/);
    expect(Object.getOwnPropertySymbols(globalThis).map(String)).not.toContain('Symbol(crossbridge.doctor.function)');
  });
});

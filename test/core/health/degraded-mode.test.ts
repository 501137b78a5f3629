import { describe, expect, it } from 'vitest';
import { DegradedMode } from '../../../packages/core/src/health/degraded-mode.ts';

const config = (...disableFeatures: string[]) => ({ continueOnDegraded: true, disableFeatures });

describe('DegradedMode', () => {
  it('switches its features off while the service is degraded or worse, and tells once', () => {
    const mode = new DegradedMode(config('search', 'export'));
    expect(mode.update('healthy')).toBeUndefined();
    expect(mode.isFeatureEnabled('search')).toBe(true);
    expect(mode.update('degraded')).toEqual({ type: 'features.changed', enabled: [], disabled: ['search', 'export'] });
    expect(mode.update('unhealthy')).toBeUndefined();
    expect(mode.isFeatureEnabled('search')).toBe(false);
    expect(mode.isFeatureEnabled('checkout')).toBe(true);
    expect(mode.update('healthy')).toEqual({ type: 'features.changed', enabled: ['search', 'export'], disabled: [] });
    expect(mode.isFeatureEnabled('search')).toBe(true);
  });

  it('changes nothing when nothing is known', () => {
    const mode = new DegradedMode(config('search'));
    expect(mode.update('unknown')).toBeUndefined();
    expect(mode.isFeatureEnabled('search')).toBe(true);
    mode.update('degraded');
    expect(mode.update('unknown')).toBeUndefined();
    expect(mode.isFeatureEnabled('search')).toBe(false);
  });

  it('follows a new config at once', () => {
    const mode = new DegradedMode(config('search', 'export'));
    expect(mode.configure(config('search'))).toBeUndefined();
    mode.update('degraded');
    expect(mode.configure(config('export', 'export'))).toEqual({
      type: 'features.changed',
      enabled: ['search'],
      disabled: ['export'],
    });
  });
});

import { describe, expect, it } from 'vitest';
import { parsePrometheusText } from '../../../demo/metrics/parse.ts';
import { Snapshot } from '../../../demo/metrics/snapshot.ts';

const TEXT = `
calls_total{operation="search",outcome="success"} 7
calls_total{operation="search",outcome="error"} 2
calls_total{operation="embed",outcome="success"} 5
state{operation="search",state="open"} 1
state{operation="search",state="closed"} 0
duration_bucket{operation="search",outcome="success",le="10"} 3
duration_bucket{operation="search",outcome="success",le="2.5"} 1
duration_bucket{operation="search",outcome="success",le="+Inf"} 4
duration_bucket{operation="search",outcome="error",le="2.5"} 1
duration_bucket{operation="search",outcome="error",le="10"} 1
duration_bucket{operation="search",outcome="error",le="+Inf"} 1
`;

const snapshot = new Snapshot(parsePrometheusText(TEXT).samples);

describe('Snapshot', () => {
  it('adds up the series that have the labels asked for', () => {
    expect(snapshot.sum('calls_total')).toBe(14);
    expect(snapshot.sum('calls_total', { operation: 'search' })).toBe(9);
    expect(snapshot.sum('calls_total', { operation: 'search', outcome: 'error' })).toBe(2);
  });

  it('counts what is not there as zero', () => {
    expect(snapshot.sum('unheard_total')).toBe(0);
    expect(snapshot.sum('calls_total', { operation: 'chat' })).toBe(0);
    expect(snapshot.sum('calls_total', { unknown: 'label' })).toBe(0);
  });

  it('adds up by a label', () => {
    expect([...snapshot.sumBy('calls_total', 'outcome')]).toEqual([
      ['success', 12],
      ['error', 2],
    ]);
    expect(snapshot.sumBy('calls_total', 'nothing').size).toBe(0);
  });

  it('adds up histograms, with their bounds in the order of numbers', () => {
    expect(snapshot.histogram('duration', { operation: 'search' })).toEqual({
      buckets: [
        { bound: 2.5, cumulative: 2 },
        { bound: 10, cumulative: 4 },
        { bound: Number.POSITIVE_INFINITY, cumulative: 5 },
      ],
    });
  });

  it('names the state that is 1', () => {
    expect(snapshot.active('state', 'state', { operation: 'search' })).toBe('open');
    expect(snapshot.active('state', 'state', { operation: 'embed' })).toBeNull();
  });
});

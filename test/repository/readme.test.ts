import { readFileSync } from 'node:fs';
import { parseRuntimeConfig } from '@crossbridge/core/config';
import { describe, expect, it } from 'vitest';
import { README, withMetricsTable } from './readme-metrics.ts';

const text = readFileSync(README, 'utf8');

describe('the README', () => {
  it('lists the metrics of the catalogue', () => {
    expect(withMetricsTable(text)).toBe(text);
  });

  it('shows a configuration that is valid and draws no warning', () => {
    const [, yaml = ''] = text.match(/```yaml\n([\s\S]*?)```/) ?? [];
    const { config, warnings } = parseRuntimeConfig(yaml, { file: 'README.md', env: {} });
    expect(config.upstreams[0]?.operation).toBe('ai_generate');
    expect(warnings).toEqual([]);
  });

  it('names only scripts that there are', () => {
    const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    const named = [...text.matchAll(/npm run ([a-z]+)/g)].map(([, name]) => name);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
  });
});

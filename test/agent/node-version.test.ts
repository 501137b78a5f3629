import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { whyTooOld } from '../../packages/agent/src/node-version.ts';

it('takes what the package says it needs, and says what is needed of everything older', () => {
  const text = readFileSync(new URL('../../packages/agent/package.json', import.meta.url), 'utf8');
  const { engines } = JSON.parse(text) as { readonly engines: { readonly node: string } };
  const oldest = engines.node.replace('>=', '');
  for (const version of [`${oldest}.0`, '22.100.0', '23.0.0', '24.0.0-nightly', process.versions.node]) {
    expect(whyTooOld(version)).toBeUndefined();
  }
  for (const version of ['18.20.0', '20.19.5', '22.9.0', '22.14.0']) {
    expect(whyTooOld(version)).toBe(
      `Node.js ${version} is too old for @crossbridge/agent, and the application runs without it: use ${oldest} or later`,
    );
  }
});

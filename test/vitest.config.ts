import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('..', import.meta.url));
// Node applies these to `require` too, so `import` must not be among them: CommonJS would get ES modules that it cannot extend.
const conditions = ['crossbridge-source', 'node'];

export default defineConfig({
  root,
  cacheDir: 'node_modules/.cache/vitest',
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/support/bundle-agent.ts',
    // Child processes, real servers and a machine that may be busy: a limit against hanging, never a measure of speed.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 15_000 } },
    restoreMocks: true,
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts'],
      reportsDirectory: 'coverage',
      reporter: ['text-summary', 'json-summary', 'lcov'],
    },
  },
});

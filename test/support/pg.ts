import { createRequire, registerHooks } from 'node:module';

// The test run asks for the condition `import`, and Node then applies it to `require` too: the CommonJS of pg would get the ES
// module of pg-pool, which it cannot extend.
const hooks = registerHooks({
  resolve: (specifier, context, next) =>
    next(specifier, { ...context, conditions: context.conditions.filter((condition) => condition !== 'import') }),
});

/** The driver pg, loaded in a way that works under vitest. */
export const pg = createRequire(import.meta.url)('pg') as typeof import('pg');
hooks.deregister();

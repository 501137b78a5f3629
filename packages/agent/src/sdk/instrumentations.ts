import { createRequire, syncBuiltinESMExports } from 'node:module';
import { context, createContextKey } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import type { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import type { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis';
import type { MySQL2Instrumentation } from '@opentelemetry/instrumentation-mysql2';
import type { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import type { RedisInstrumentation } from '@opentelemetry/instrumentation-redis';
import type { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { reportOnce } from '../report.ts';
import { text } from './env.ts';
import { onFirstResolve } from './first-resolve.ts';

// All from one place, for they share what hooks `require`. Loaded when they are needed: that of `http` alone takes 12 ms.
const require = createRequire(import.meta.url);

type Class<T> = new (config: object) => T;

/** An instrumentation that is made when the first of its modules is about to be loaded. */
interface Lazy {
  /** As `OTEL_NODE_ENABLED_INSTRUMENTATIONS` calls it. */
  readonly name: string;
  /** Modules of Node.js, or packages. */
  readonly modules: readonly string[];
  make(): void;
  /** Files that have to be watched when they are imported, and not required; as `moduleFileOf` names them. */
  readonly imports?: readonly string[];
}

const LAZY: readonly Lazy[] = [
  { name: 'http', modules: ['http', 'https'], make: instrumentHttp },
  {
    name: 'pg',
    modules: ['pg', 'pg-pool'],
    make: () => {
      const { PgInstrumentation } = require('@opentelemetry/instrumentation-pg') as {
        PgInstrumentation: Class<PgInstrumentation>;
      };
      new PgInstrumentation({});
    },
  },
  {
    name: 'mysql2',
    modules: ['mysql2'],
    make: () => {
      const { MySQL2Instrumentation } = require('@opentelemetry/instrumentation-mysql2') as {
        MySQL2Instrumentation: Class<MySQL2Instrumentation>;
      };
      new MySQL2Instrumentation({});
    },
  },
  {
    name: 'ioredis',
    modules: ['ioredis'],
    // What is patched is what the main file exports, and nobody requires that.
    imports: ['ioredis/built'],
    make: () => {
      const { IORedisInstrumentation } = require('@opentelemetry/instrumentation-ioredis') as {
        IORedisInstrumentation: Class<IORedisInstrumentation>;
      };
      new IORedisInstrumentation({});
    },
  },
  {
    name: 'redis',
    modules: ['redis', '@redis/client', '@node-redis/client'],
    make: () => {
      const { RedisInstrumentation } = require('@opentelemetry/instrumentation-redis') as {
        RedisInstrumentation: Class<RedisInstrumentation>;
      };
      new RedisInstrumentation({});
    },
  },
];

/**
 * The instrumentation that has to be there from the start: what it listens to is in Node.js itself. Its base class hooks `require`, and so
 * must be there before those that come later.
 */
export function instrumentationsAtStart(): Instrumentation[] {
  return isWanted('undici') ? [undici({ ignoreRequestHook: isSuppressed })] : [];
}

/**
 * Has the instrumentations of `http`, `pg`, `mysql2`, `ioredis` and `redis` made when the application is about to load what they are for. To be
 * called when the SDK runs: they take its tracers and meters.
 *
 * @returns makes none from now on: for when the SDK ends
 */
export function instrumentLater(): () => void {
  const wanted = LAZY.filter(({ name }) => isWanted(name));
  if (wanted.length === 0) return () => {};
  // Whoever is made while `require` is under way is told of what it returns only if `require` was hooked before.
  if (!isWanted('undici')) undici({ enabled: false });
  return onFirstResolve(wanted.map(({ name, modules, make }) => ({ modules, make: () => attempt(name, make) })));
}

/** Files that the hook of `import` has to let the instrumentations see; as `moduleFileOf` names them. */
export function instrumentedImports(): readonly string[] {
  return LAZY.filter(({ name }) => isWanted(name)).flatMap(({ imports = [] }) => imports);
}

/** Reads the two variables as `@opentelemetry/auto-instrumentations-node` does. */
export function isWanted(name: string): boolean {
  const listed = (variable: string): readonly string[] | undefined =>
    text(variable)
      ?.split(',')
      .map((each) => each.trim());
  if (listed('OTEL_NODE_DISABLED_INSTRUMENTATIONS')?.includes(name)) return false;
  return listed('OTEL_NODE_ENABLED_INSTRUMENTATIONS')?.includes(name) ?? true;
}

function undici(config: object): Instrumentation {
  const { UndiciInstrumentation } = require('@opentelemetry/instrumentation-undici') as {
    UndiciInstrumentation: Class<UndiciInstrumentation>;
  };
  return new UndiciInstrumentation(config);
}

/** The modules of Node.js are patched where they are: importers get what is there, by whatever name. */
function instrumentHttp(): void {
  const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http') as {
    HttpInstrumentation: Class<HttpInstrumentation>;
  };
  new HttpInstrumentation({ ignoreOutgoingRequestHook: isSuppressed });
  require('node:http');
  require('node:https');
  syncBuiltinESMExports();
}

/** As `isTracingSuppressed` of `@opentelemetry/core`: exporters send like this. Of their own requests nothing is to be told. */
function isSuppressed(): boolean {
  return context.active().getValue(SUPPRESS_TRACING) === true;
}

const SUPPRESS_TRACING = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

function attempt(name: string, make: () => void): void {
  try {
    make();
  } catch (error) {
    reportOnce(`instrumentation ${name}`, `spans of ${name} are left out: ${String(error)}`);
  }
}

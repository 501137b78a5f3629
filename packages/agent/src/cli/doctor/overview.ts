import type { PatchName } from '@crossbridge/core/config';
import type {
  AgentFacts,
  CallFacts,
  ClientFacts,
  PackageFacts,
  PatchFacts,
  ProcessFacts,
  TrafficFacts,
} from '../../doctor/facts.ts';
import type { PatchState } from '../../patches/patch.ts';
import type { ProgramRun } from './run-program.ts';

/** What all processes and threads of a program told, as one. */
export interface Overview {
  readonly run: ProgramRun;
  /** The process that was meant. */
  readonly main: ProcessFacts | undefined;
  /** Of the first that has one. */
  readonly agent: AgentFacts | undefined;
  readonly packages: readonly PackageFacts[];
  readonly clients: readonly ClientFacts[];
  readonly traffic: readonly TrafficFacts[];
  readonly calls: readonly CallFacts[];
  readonly files: readonly string[];
  readonly earlyFiles: readonly string[];
  readonly byHand: readonly string[];
  /** Of each module the report that says most: what is wrong comes before what is right, and that before what was never loaded. */
  readonly patches: ReadonlyMap<PatchName, PatchFacts>;
}

export function overviewOf(run: ProgramRun): Overview {
  const { processes } = run;
  const main = processes.find(({ first, threadId }) => first && threadId === 0) ?? processes[0];
  const all = <T>(part: (facts: ProcessFacts) => readonly T[]): T[] => processes.flatMap(part);
  return {
    run,
    main,
    agent: main?.agent ?? processes.find(({ agent }) => agent !== undefined)?.agent,
    packages: merged(
      // Where there is no agent nothing can come before it.
      all(({ packages, agent }) => (agent === undefined ? packages.map(notEarly) : packages)),
      ({ directory }) => directory,
      (a, b) => ({
        ...a,
        ...b,
        by: [...new Set([...a.by, ...b.by])],
        ...(a.earlyBy === undefined ? {} : { earlyBy: [...new Set([...a.earlyBy, ...(b.earlyBy ?? [])])] }),
      }),
    ),
    clients: all(({ clients }) => clients),
    traffic: merged(
      all(({ traffic }) => traffic),
      ({ via, host }) => `${via} ${host}`,
      (a, b) => ({
        ...a,
        requests: a.requests + b.requests,
        hardened: a.hardened + b.hardened,
      }),
    ),
    calls: merged(
      all(({ calls }) => calls),
      ({ operation }) => operation,
      (a, b) => ({
        ...a,
        calls: a.calls + b.calls,
        attempts: a.attempts + b.attempts,
        failures: a.failures + b.failures,
      }),
    ),
    files: [...new Set(all(({ files }) => files))],
    earlyFiles: [...new Set(all(({ earlyFiles, agent }) => (agent === undefined ? [] : earlyFiles)))],
    byHand: [...new Set(all(({ byHand }) => byHand))],
    patches: new Map(
      merged(
        all(({ patches }) => patches),
        ({ module }) => module,
        (a, b) => (WEIGHT[b.status] > WEIGHT[a.status] ? b : a),
      ).map((patch) => [patch.module, patch]),
    ),
  };
}

const WEIGHT: Readonly<Record<PatchState, number>> = { not_loaded: 0, active: 1, not_outermost: 2, missing: 3 };

function notEarly({ earlyBy: _, ...found }: PackageFacts): PackageFacts {
  return found;
}

function merged<T>(items: readonly T[], keyOf: (item: T) => string, merge: (a: T, b: T) => T): T[] {
  const byKey = new Map<string, T>();
  for (const item of items) {
    const known = byKey.get(keyOf(item));
    byKey.set(keyOf(item), known === undefined ? item : merge(known, item));
  }
  return [...byKey.values()];
}

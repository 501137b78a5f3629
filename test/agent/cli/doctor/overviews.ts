import { createBridge } from '@crossbridge/core';
import type { RuntimeConfigInput } from '@crossbridge/core/config';
import { type Overview, overviewOf } from '../../../../packages/agent/src/cli/doctor/overview.ts';
import type { ProgramRun } from '../../../../packages/agent/src/cli/doctor/run-program.ts';
import type { PatchFacts, ProcessFacts } from '../../../../packages/agent/src/doctor/facts.ts';

/** What a process tells of itself that uses nothing, under a config. */
export function processOf(config: RuntimeConfigInput, facts: Partial<ProcessFacts> = {}): ProcessFacts {
  return {
    pid: 1,
    threadId: 0,
    first: true,
    forked: false,
    main: '/srv/app.js',
    cwd: '/srv',
    node: '24.1.0',
    canWatchImports: true,
    flag: 'command line',
    flagText: '--import @crossbridge/agent',
    agent: { configFile: '/srv/crossbridge.yml', warnings: [], config: createBridge(config).config },
    env: {},
    patches: [],
    packages: [],
    files: [],
    earlyFiles: [],
    byHand: [],
    clients: [],
    traffic: [],
    calls: [],
    started: [],
    otelApi: undefined,
    ...facts,
  };
}

export function runOf(processes: readonly ProcessFacts[], run: Partial<ProgramRun> = {}): ProgramRun {
  return {
    program: 'node',
    args: ['app.js'],
    forMs: 1_000,
    env: {},
    cwd: '/srv',
    code: 0,
    signal: null,
    ranMs: 1_000,
    stopped: false,
    killed: false,
    processes,
    silent: [],
    ...run,
  };
}

export function overview(config: RuntimeConfigInput, facts: Partial<ProcessFacts> = {}): Overview {
  return overviewOf(runOf([processOf(config, facts)]));
}

export function patchOf(module: PatchFacts['module'], facts: Partial<PatchFacts> = {}): PatchFacts {
  return { module, status: 'active', copies: [], inFront: [], ...facts };
}

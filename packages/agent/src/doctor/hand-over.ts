import type { Bridge } from '@crossbridge/core';
import type { ConfigWarning } from '@crossbridge/core/config';
import type { FoundModule, Patch } from '../patches/patch.ts';

/** What the agent lets `crossbridge doctor` look at. */
export interface AgentParts {
  readonly bridge: Bridge;
  readonly patches: readonly Patch[];
  /** Absolute path of the config; undefined when there is none. */
  readonly file: string | undefined;
  readonly warnings: readonly ConfigWarning[];
}

/** The doctor, as far as the agent knows it. */
export interface Doctor {
  /** The agent has started. */
  started(parts: AgentParts): void;
  /** A file of a module that has a patch was loaded; the application does not have it yet. */
  loaded(found: FoundModule, exports: unknown): void;
}

/** Where the doctor, who comes first, is to be found. Each may be of another copy of the package. */
const DOCTOR: unique symbol = Symbol.for('crossbridge.doctor.v1');

interface Holder {
  [DOCTOR]?: Doctor;
}

/** The doctor, if one is there. */
export function presentDoctor(): Doctor | undefined {
  return (globalThis as Holder)[DOCTOR];
}

/** Has the agent tell this one, from now on. */
export function beTold(doctor: Doctor): void {
  (globalThis as Holder)[DOCTOR] = doctor;
}

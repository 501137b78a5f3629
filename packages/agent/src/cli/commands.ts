import type { Command } from './command.ts';

export interface CommandEntry {
  /** One line for the list of commands. */
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** The commands by name, in the order in which they are listed. */
export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  doctor: {
    summary: 'run a program and say what is protected in it, what is not, and why',
    load: async () => (await import('./doctor.ts')).doctor,
  },
  probes: {
    summary: 'print the Kubernetes probes that fit crossbridge.yml',
    load: async () => (await import('./probes.ts')).probes,
  },
  stack: {
    summary: 'start Grafana, Prometheus and the rest on this machine, to look at',
    load: async () => (await import('./stack/stack.ts')).stack,
  },
  verify: {
    summary: 'ask Prometheus every query of the dashboards and every rule, and say why one has no data',
    load: async () => (await import('./verify/verify.ts')).verify,
  },
};

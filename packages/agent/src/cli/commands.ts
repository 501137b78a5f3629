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
};

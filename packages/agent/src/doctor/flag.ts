import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { FlagSource } from './facts.ts';

export interface Flag {
  readonly source: Extract<FlagSource, 'command line' | 'NODE_OPTIONS' | 'none'>;
  readonly text: string | undefined;
}

/** The variable in which the doctor keeps the `NODE_OPTIONS` that it found. */
export const OWN_NODE_OPTIONS = 'CROSSBRIDGE_DOCTOR_NODE_OPTIONS';

/**
 * Whether the agent is preloaded by a flag of the process itself, and not of the doctor.
 *
 * @param registerUrl the entry of the agent, for those who name its file
 */
export function flagOf(execArgv: readonly string[], nodeOptions: string, registerUrl: string): Flag {
  const onCommandLine = preloadIn(execArgv, registerUrl);
  if (onCommandLine !== undefined) return { source: 'command line', text: onCommandLine };
  const inVariable = preloadIn(nodeOptions.split(/\s+/).map(unquoted), registerUrl);
  return inVariable === undefined ? { source: 'none', text: undefined } : { source: 'NODE_OPTIONS', text: inVariable };
}

function preloadIn(args: readonly string[], registerUrl: string): string | undefined {
  for (const [index, arg] of args.entries()) {
    const [, name, joined] = /^(--import|--require|-r)(?:=(.*))?$/.exec(arg) ?? [];
    const module = joined ?? args[index + 1];
    if (name !== undefined && module !== undefined && isAgentFlag(module, registerUrl)) return `${name} ${module}`;
  }
  return undefined;
}

/** Whether an address that is loaded is that of the agent, of this copy or of another. */
export function isAgent(url: string, registerUrl: string): boolean {
  return url === registerUrl || /\/@crossbridge\/agent\/dist\/(?:bundle\/)?register\.js$/.test(url);
}

function isAgentFlag(module: string, registerUrl: string): boolean {
  if (module === '@crossbridge/agent' || isAgent(module, registerUrl)) return true;
  try {
    const file = module.startsWith('file:') ? fileURLToPath(module) : module;
    return realpathSync(file) === realpathSync(fileURLToPath(registerUrl));
  } catch {
    return false;
  }
}

function unquoted(text: string): string {
  return text.replaceAll('"', '');
}

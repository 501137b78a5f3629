import type { Terminal } from '../../../packages/agent/src/cli/command.ts';

export interface FakeTerminal extends Terminal {
  stdout(): string;
  stderr(): string;
}

export function terminal(env: Record<string, string> = {}, cwd = '/'): FakeTerminal {
  let stdout = '';
  let stderr = '';
  return {
    env,
    cwd,
    out: (text) => {
      stdout += text;
    },
    err: (text) => {
      stderr += text;
    },
    stdout: () => stdout,
    stderr: () => stderr,
  };
}

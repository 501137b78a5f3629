import { ConfigError, formatProblem, loadRuntimeConfig } from '@crossbridge/core/config';
import { EXIT } from '../../command.ts';
import type { Overview } from '../overview.ts';
import { attention, type Finding, note, ok } from '../report.ts';
import { shownPath } from '../shown-path.ts';

/** Whether the config is there, valid, and says what it looks like. */
export function configFindings(overview: Overview): Finding[] {
  const { agent, main, run } = overview;
  if (agent === undefined) return main === undefined || run.code !== EXIT.config ? [] : problems(run.env, main);
  const { configFile, warnings, config } = agent;
  if (configFile === undefined) {
    return [
      attention(
        'no crossbridge.yml was found',
        'without operations nothing is limited, retried or timed out',
        'write one in the working directory or name one with CROSSBRIDGE_CONFIG',
      ),
    ];
  }
  const operations = Object.keys(config.operations);
  const found =
    operations.length === 0
      ? note(`${shownPath(configFile, overview)} is valid and has no operations`, {
          why: 'nothing is limited, retried or timed out',
        })
      : ok(`${shownPath(configFile, overview)} is valid; operations: ${operations.join(', ')}`);
  return [
    found,
    ...warnings.map((warning) => attention(formatProblem(warning), 'it hardly does what is meant', 'see there')),
  ];
}

/** The agent has ended the process; what is wrong is read once more, where it was read. */
function problems(env: Overview['run']['env'], main: NonNullable<Overview['main']>): Finding[] {
  try {
    loadRuntimeConfig(undefined, { env: { ...env, ...main.env }, cwd: main.cwd });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((problem) =>
      attention(
        formatProblem(problem),
        'the agent ends the process at its start: half a config would be worse',
        'correct it',
      ),
    );
  }
}

import { basename } from 'node:path';
import type { ProcessFacts, StartedFacts } from '../../../doctor/facts.ts';
import type { Overview } from '../overview.ts';
import { attention, type Finding, ok } from '../report.ts';
import { shownPath } from '../shown-path.ts';

/** Worker threads and processes of Node.js that the program starts, and whether the agent is in them. */
export function startedFindings(overview: Overview): Finding[] {
  const findings = overview.run.processes.flatMap((parent) =>
    parent.started.filter(isNode).map((started) => stateOf(started, parent, overview)),
  );
  const without = findings.flatMap((finding) => finding ?? []);
  const fine = findings.length - without.length;
  return [
    ...new Map(without.map((finding) => [finding.what, finding])).values(),
    ...(fine === 0 ? [] : [ok(`worker threads and processes that were started with the agent: ${fine}`)]),
  ];
}

/** Undefined: the agent is in it. */
function stateOf(started: StartedFacts, parent: ProcessFacts, overview: Overview): Finding | undefined {
  const { run, main } = overview;
  const { kind, id, what, by } = started;
  const from = by === undefined ? '' : `, started by ${shownPath(by, overview)},`;
  if (kind === 'worker') {
    const known = run.processes.some(
      ({ pid, threadId, agent }) => pid === parent.pid && threadId === id && agent !== undefined,
    );
    if (known) return undefined;
    return attention(
      `${what}${from} runs without the agent`,
      'its calls have no policies and no spans: it was given an execArgv or an environment of its own, or ended before it said anything',
      'leave execArgv away, or add --import @crossbridge/agent to it',
    );
  }
  const child = run.processes.find(({ pid, threadId }) => pid === id && threadId === 0);
  if (child?.agent !== undefined) return undefined;
  return attention(
    `'${what}'${from} runs without the agent`,
    main?.flag === 'command line' || main?.flag === 'doctor'
      ? 'only fork() hands on the flags of a command line; spawn and exec do not'
      : 'it was given an environment of its own, without NODE_OPTIONS, or ended before it said anything',
    'put the flag into NODE_OPTIONS: NODE_OPTIONS="--import @crossbridge/agent"',
  );
}

function isNode({ kind, what }: StartedFacts): boolean {
  return kind === 'worker' || /^node(\.exe)?$|^nodejs$/.test(basename(what.split(' ')[0] ?? ''));
}

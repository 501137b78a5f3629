import type { ProcessFacts } from '../../../doctor/facts.ts';
import { EXIT } from '../../command.ts';
import type { Overview } from '../overview.ts';
import { attention, type Finding, note, ok } from '../report.ts';
import type { ProgramRun } from '../run-program.ts';

/** Whether the program ran, in which Node.js, and how it came by the agent. */
export function programFindings({ run, main }: Overview): Finding[] {
  if (main === undefined) return [nothingTold(run)];
  // What is wrong with the config is told where the config is.
  if (run.code === EXIT.config && main.agent === undefined) return [nodeFinding(main)];
  return [ended(run), nodeFinding(main), flagFinding(main)].flatMap((finding) => finding ?? []);
}

function nothingTold({ code, silent }: ProgramRun): Finding {
  if (silent.length > 0) {
    return attention(
      'the program was told to report and did not',
      'its event loop was busy all the time, or something killed it; an event loop that is stuck answers no request either',
      'look for synchronous work that takes seconds, or let it run longer with --for',
    );
  }
  return attention(
    `no process of Node.js said anything${code === null || code === 0 ? '' : `; the command ended with exit code ${code}`}`,
    'it runs no Node.js, one that is older than 18.19 and knows no --import, or something sets NODE_OPTIONS anew on the way',
    'name the program itself: crossbridge doctor -- node app.js',
  );
}

function ended({ code, signal, stopped, killed }: ProgramRun): Finding | undefined {
  if (killed) {
    return attention(
      'it did not end on SIGTERM and had to be killed',
      'it gets killed when it is deployed anew, too, with all that is under way',
      'let it close its servers and pools when it is told to stop',
    );
  }
  if (stopped || code === 0) return undefined;
  const how = signal === null ? `exit code ${code}` : signal;
  return attention(
    `the program ended with ${how}`,
    'what follows is what was seen until then',
    'what it printed above says more',
  );
}

function nodeFinding({ node, canWatchImports, agentError }: ProcessFacts): Finding {
  if (agentError !== undefined) {
    return attention(`the agent did not start: ${agentError}`, 'nothing is protected', 'use Node.js 22.15 or later');
  }
  if (canWatchImports) return ok(`Node.js ${node}: what is imported and what is required can be patched`);
  return attention(
    `Node.js ${node} cannot watch imports`,
    'modules are patched only where they are required; openai and @anthropic-ai/sdk have builds that are only imported',
    'use Node.js 22.22.3, 24.11.1, 25.1 or later',
  );
}

function flagFinding({ flag, flagText, agent, agentError }: ProcessFacts): Finding | undefined {
  if (agentError !== undefined) return undefined;
  if (agent === undefined) {
    return attention(
      'the agent did not start',
      'nothing is protected',
      'start the program with node --import @crossbridge/agent',
    );
  }
  switch (flag) {
    case 'command line':
      return ok(`the agent comes by ${flagText}, on the command line`);
    case 'NODE_OPTIONS':
      return ok(`the agent comes by ${flagText}, in NODE_OPTIONS`);
    case 'code':
      return note(`the agent is imported by ${flagText}`, {
        why: 'what runs before that file is not seen',
        remedy: 'node --import @crossbridge/agent comes before everything',
      });
    default:
      return note('the command does not load the agent; the doctor did', {
        remedy: 'start it with node --import @crossbridge/agent, or NODE_OPTIONS="--import @crossbridge/agent"',
      });
  }
}

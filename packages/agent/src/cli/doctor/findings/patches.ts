import type { PatchName } from '@crossbridge/core/config';
import type { AgentFacts, PatchFacts } from '../../../doctor/facts.ts';
import type { Overview } from '../overview.ts';
import { ownOperation, policiesOf } from '../policies.ts';
import { attention, type Finding, note, ok } from '../report.ts';
import { shownPath } from '../shown-path.ts';
import { bundledIn } from './bundled.ts';

/** SDKs that send through the global `fetch`, which knows the rules of `upstreams` whatever the SDK is in. */
const SEND_BY_FETCH: readonly PatchName[] = ['openai', '@anthropic-ai/sdk'];

/** Modules whose functions can be kept by who takes them; of the others the methods of prototypes are patched, which nobody keeps. */
const TAKEN_APART: readonly PatchName[] = ['undici', 'fetch'];

/** What is patched, what is not, and why. */
export function patchFindings(overview: Overview): Finding[] {
  const { agent, patches, files } = overview;
  if (agent === undefined) return [];
  const bundled = bundledIn(files);
  const modules = Object.keys(agent.config.patches) as PatchName[];
  const findings = modules.flatMap((module) => {
    const patch = patches.get(module);
    if (patch === undefined) {
      return agent.config.patches[module] === false
        ? [note(`${module} is left alone: runtime.patches.${module} is false`)]
        : [];
    }
    const file = bundled.get(module);
    if (patch.status === 'not_loaded' && file === undefined) return notSeen(patch, overview);
    return [
      ...(patch.status === 'not_loaded' ? [] : [stateOf(patch, agent)]),
      ...(file === undefined ? [] : [inBundle(module, file, overview)]),
      ...early(module, overview),
    ];
  });
  const absent = modules.filter((module) => patches.get(module)?.status === 'not_loaded' && !isThere(module, overview));
  const unused = absent.filter((module) => !bundled.has(module));
  return [...findings, ...(unused.length === 0 ? [] : [note(`not loaded while it ran: ${unused.join(', ')}`)])];
}

function stateOf(patch: PatchFacts, agent: AgentFacts): Finding {
  const { module, status, reason = '' } = patch;
  const name = [module, ...versionsOf(patch)].join(' ');
  switch (status) {
    case 'active':
      return policyOf(module, name, agent);
    case 'not_outermost':
      return notOutermost(patch, name);
    default:
      return attention(
        `${name} is not patched: ${reason}`,
        'its calls go out without limits, retries and timeouts',
        reason.includes('is not supported')
          ? 'install a version that is, or harden the client by hand with @crossbridge/integrations'
          : 'harden the client by hand with @crossbridge/integrations',
      );
  }
}

function policyOf(module: PatchName, name: string, { config }: AgentFacts): Finding {
  const operation = ownOperation(config, module);
  if (operation !== undefined) {
    if (policiesOf(config, operation) !== undefined) return ok(`${name} is patched; its calls belong to ${operation}`);
    return note(`${name} is patched, but has no policy: the config has no operation ${operation}`, {
      remedy: `add runtime.operations.${operation}, or name another by runtime.patches.${module}.operation`,
    });
  }
  const operations = [...new Set(config.upstreams.map((rule) => rule.operation))];
  if (operations.length > 0) return ok(`${name} is patched; runtime.upstreams decides: ${operations.join(', ')}`);
  return note(`${name} is patched, but has no policy: runtime.upstreams has no rule`, {
    remedy: 'add a rule for the hosts that are called',
  });
}

function notOutermost({ module, inFront, reason = '' }: PatchFacts, name: string): Finding {
  const who = inFront
    .map(({ method, by }) => (by.startsWith(`${method} (`) ? by : `${method} is now ${by}`))
    .join('; ');
  return attention(
    `${name} is patched, but not outermost: ${who === '' ? reason : who}`,
    'whoever is in front sees a call before the policies do, and what it retries or answers itself is not counted',
    module === 'fetch'
      ? 'load what wraps fetch before the agent, with an --import of its own'
      : 'the agent goes to the front at the next call; if it stays so, load what wraps it first',
  );
}

/** Nobody told of a module: it was never loaded, or it was and could not be seen. */
function notSeen({ module, reason = '' }: PatchFacts, overview: Overview): Finding[] {
  const copy = overview.packages.find(({ name }) => name === module);
  if (copy === undefined || !isThere(module, overview)) return [];
  const name = `${module} ${copy.version ?? ''}`.trim();
  const by = whoBy(copy.earlyBy ?? copy.by, overview);
  const why = SEND_BY_FETCH.includes(module)
    ? 'what it sends through the global fetch is under policies all the same; a client with a fetch or an operation of its own is not'
    : 'its calls go out without limits, retries and timeouts';
  if (copy.earlyBy === undefined)
    return [
      attention(`${name} was loaded${by}, but its patch was not told: ${reason}`, why, 'harden the client by hand'),
    ];
  return [
    attention(
      `${name} is not patched: it was loaded${by} before the agent was`,
      why,
      'make --import @crossbridge/agent the first --import, and load nothing with --require',
    ),
  ];
}

function inBundle(module: PatchName, file: string, overview: Overview): Finding {
  const what = `${module} is in ${shownPath(file, overview)} itself, where the agent cannot patch it (its texts are in that file)`;
  const remedy = `leave it out of the bundle (esbuild --external:${module}, externals of webpack), or harden the client by hand`;
  if (SEND_BY_FETCH.includes(module)) {
    return note(what, {
      why: 'what it sends through the global fetch is under policies all the same; a client with a fetch or an operation of its own is not',
      remedy,
    });
  }
  return attention(what, 'its calls go out without limits, retries and timeouts', remedy);
}

/** Loaded before the agent, and patched all the same. */
function early(module: PatchName, overview: Overview): Finding[] {
  if (module === 'fetch') {
    const files = overview.earlyFiles.map((file) => shownPath(file, overview));
    if (files.length === 0) return [];
    return [
      note(`ran before the agent: ${files.join(', ')}`, {
        why: 'a fetch that was kept there (const { fetch } = globalThis) is the one without policies; nothing can tell whether it was',
        remedy: 'make --import @crossbridge/agent the first --import, and load nothing with --require',
      }),
    ];
  }
  const copies = overview.packages.filter(({ name, earlyBy }) => earlyBy !== undefined && name === module);
  return copies.map(({ earlyBy = [] }) =>
    TAKEN_APART.includes(module)
      ? attention(
          `${module} was captured early: loaded${whoBy(earlyBy, overview)} before the agent was`,
          'functions that were taken from it then (const { request } = …) are those without policies',
          'make --import @crossbridge/agent the first --import, and load nothing with --require',
        )
      : note(
          `${module} was loaded${whoBy(earlyBy, overview)} before the agent was, and its classes are patched all the same`,
        ),
  );
}

function isThere(module: PatchName, { packages }: Overview): boolean {
  // What the agent, or an instrumentation, loads for itself is not what the application calls.
  return packages.some(({ name, by }) => name === module && !by.every((each) => each.startsWith('@crossbridge/')));
}

function versionsOf({ module, copies }: PatchFacts): string[] {
  // Of pg the pool is a package of its own.
  const own = copies.filter(({ name }) => name === module || name.startsWith(`${module}/`));
  const versions = new Set(own.flatMap(({ version }) => version ?? []));
  return versions.size === 0 ? [] : [[...versions].join(' and ')];
}

function whoBy(by: readonly string[], overview: Overview): string {
  return by.length === 0 ? '' : ` by ${by.map((each) => shownPath(each, overview)).join(' and ')}`;
}

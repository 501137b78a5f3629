import { type Bridge, willAskAbout, willAskAboutThoseOf } from '@crossbridge/core';
import type { UpstreamRule } from '@crossbridge/core/config';
import { compileUpstreams, type UpstreamMatcher } from './match.ts';
import type { HardenRequestOptions } from './options.ts';

/** Whose policies a request is under, and whether it may be sent twice. */
export type Target = Pick<UpstreamRule, 'operation' | 'idempotent'>;

/** Finds the target of a request; undefined for one that belongs to no operation. */
export type TargetMatcher = (method: string, url: URL) => Target | undefined;

const asking = new WeakSet<Bridge>();

export function targetMatcher(options: HardenRequestOptions): TargetMatcher {
  const { bridge, operation, idempotent = 'auto' } = options;
  if (typeof operation === 'string') {
    willAskAbout(operation);
    return () => ({ operation, idempotent });
  }
  const { upstreams } = options;
  const rules = (): readonly UpstreamRule[] => upstreams ?? bridge.config.upstreams;
  if (upstreams === undefined) willAskAboutUpstreams(bridge);
  else for (const rule of upstreams) willAskAbout(rule.operation);
  const match = upstreamMatcher(rules);
  if (operation === undefined) return match;
  return (method, url) => {
    const rule = match(method, url);
    const chosen = operation(rule?.operation);
    if (chosen === undefined || chosen === rule?.operation) return chosen === undefined ? undefined : rule;
    return { operation: chosen, idempotent: rule?.idempotent ?? idempotent };
  };
}

/** Once for each bridge, however many clients go by its rules. */
function willAskAboutUpstreams(bridge: Bridge): void {
  if (asking.has(bridge)) return;
  asking.add(bridge);
  willAskAboutThoseOf(bridge, (config) => config.upstreams.map(({ operation }) => operation));
}

/** Compiles the rules again when a reload of the config has replaced them. */
function upstreamMatcher(upstreams: () => readonly UpstreamRule[]): UpstreamMatcher {
  let compiled: { readonly rules: readonly UpstreamRule[]; readonly match: UpstreamMatcher } | undefined;
  return (method, url) => {
    const rules = upstreams();
    if (compiled?.rules !== rules) compiled = { rules, match: compileUpstreams(rules) };
    return compiled.match(method, url);
  };
}

import type { UpstreamRule } from '@crossbridge/core/config';

/** Finds the first rule that a request matches. */
export type UpstreamMatcher = (method: string, url: URL) => UpstreamRule | undefined;

/** Compiles rules once, so that a request costs a few string comparisons. */
export function compileUpstreams(rules: readonly UpstreamRule[]): UpstreamMatcher {
  const compiled = rules.map((rule) => ({ rule, matches: compile(rule.match) }));
  return (method, url) => compiled.find(({ matches }) => matches(method, url))?.rule;
}

function compile(match: UpstreamRule['match']): (method: string, url: URL) => boolean {
  const host = match.host === null ? undefined : hostPattern(match.host.toLowerCase());
  const path = match.path === null ? undefined : pathPattern(match.path);
  const methods = match.methods === null ? undefined : new Set(match.methods.map((method) => method.toUpperCase()));
  return (method, url) =>
    (methods === undefined || methods.has(method)) &&
    (host === undefined || host(url)) &&
    (path === undefined || path.test(url.pathname));
}

/** `name` matches every port, `name:port` one; `*.name` matches every host below `name`, at any depth. */
function hostPattern(pattern: string): (url: URL) => boolean {
  const withPort = /:\d+$/.test(pattern);
  const hostOf = (url: URL): string => (withPort ? `${url.hostname}:${portOf(url)}` : url.hostname);
  if (pattern === '*') return () => true;
  if (!pattern.startsWith('*.')) return (url) => hostOf(url) === pattern;
  const suffix = pattern.slice(1);
  return (url) => hostOf(url).endsWith(suffix);
}

function portOf(url: URL): string {
  return url.port !== '' ? url.port : url.protocol === 'https:' ? '443' : '80';
}

/** `*` stays inside one segment of the path, `**` crosses them; `/**` at the end also matches the path without it. */
function pathPattern(pattern: string): RegExp {
  const source = pattern
    .split(/(\/\*\*$|\*\*|\*)/)
    .map((part) => {
      if (part === '/**') return '(?:/.*)?';
      if (part === '**') return '.*';
      return part === '*' ? '[^/]*' : part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
    })
    .join('');
  return new RegExp(`^${source}$`);
}

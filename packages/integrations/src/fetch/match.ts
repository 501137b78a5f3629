import type { UpstreamRule } from '@crossbridge/core/config';
import { pathGlob } from './glob.ts';

/** Finds the first rule that a request matches. */
export type UpstreamMatcher = (method: string, url: URL) => UpstreamRule | undefined;

/** Compiles rules once, so that a request costs a few string comparisons. */
export function compileUpstreams(rules: readonly UpstreamRule[]): UpstreamMatcher {
  const compiled = rules.map((rule) => ({ rule, matches: compile(rule.match) }));
  return (method, url) => compiled.find(({ matches }) => matches(method, url))?.rule;
}

function compile(match: UpstreamRule['match']): (method: string, url: URL) => boolean {
  const host = match.host === null ? undefined : hostPattern(match.host);
  const path = match.path === null ? undefined : pathGlob(match.path);
  const methods = match.methods === null ? undefined : new Set(match.methods.map((method) => method.toUpperCase()));
  return (method, url) =>
    (methods === undefined || methods.has(method)) &&
    (host === undefined || host(url)) &&
    (path === undefined || path(url.pathname));
}

/** `name` matches every port, `name:port` one; `*.name` matches every host below `name`, at any depth. */
function hostPattern(pattern: string): (url: URL) => boolean {
  if (pattern === '*') return () => true;
  const below = pattern.startsWith('*.');
  const { name, port } = readHost(below ? pattern.slice(2) : pattern);
  return (url) => {
    const host = withoutDot(url.hostname);
    return (below ? host.endsWith(`.${name}`) : host === name) && (port === undefined || portOf(url) === port);
  };
}

/** The host as `URL` writes it: lower case, international names in ASCII, IPv6 addresses in brackets. */
function readHost(text: string): { readonly name: string; readonly port: string | undefined } {
  const ipv6 = (text.match(/:/g)?.length ?? 0) > 1 && !text.startsWith('[');
  const port = ipv6 ? undefined : /:(\d+)$/.exec(text)?.[1];
  const name = port === undefined ? text : text.slice(0, -port.length - 1);
  const url = URL.parse(`http://${ipv6 ? `[${name}]` : name}`);
  return { name: withoutDot(url?.hostname ?? name.toLowerCase()), port };
}

/** `example.com.` is the same host as `example.com`. */
function withoutDot(host: string): string {
  return host.endsWith('.') ? host.slice(0, -1) : host;
}

function portOf(url: URL): string {
  return url.port !== '' ? url.port : url.protocol === 'https:' ? '443' : '80';
}

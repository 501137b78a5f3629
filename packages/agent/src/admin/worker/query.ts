/** What a request asks for. */
export interface Query {
  readonly path: string;
  /** `?verbose`: everything that is known. */
  readonly verbose: boolean;
  /** `?exclude=name`, any number of times: checks that do not count. */
  readonly exclude: ReadonlySet<string>;
  /** The Accept header; empty when there is none. */
  readonly accept: string;
}

/** Reads the target of a request. What it does not know in the query is none of its business. */
export function queryOf(target: string, accept = ''): Query {
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  const parameters = new URLSearchParams(mark === -1 ? '' : target.slice(mark + 1));
  const verbose = parameters.get('verbose');
  return {
    path,
    verbose: verbose !== null && !['false', '0', 'no'].includes(verbose.toLowerCase()),
    exclude: new Set(parameters.getAll('exclude').filter((name) => name !== '')),
    accept,
  };
}

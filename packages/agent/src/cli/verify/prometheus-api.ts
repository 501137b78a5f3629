export type Labels = Readonly<Record<string, string>>;

/** Seconds since 1970. */
export interface TimeRange {
  readonly start: number;
  readonly end: number;
  /** Seconds between two points of a graph. */
  readonly step: number;
}

export interface Target {
  readonly labels: Labels;
  readonly scrapeUrl: string;
  readonly health: 'up' | 'down' | 'unknown';
  readonly lastError: string;
  /** Such as `15s`; absent in old versions. */
  readonly scrapeInterval?: string;
}

export interface LoadedRule {
  readonly name: string;
  readonly type: 'alerting' | 'recording';
  readonly query: string;
  readonly health: 'ok' | 'err' | 'unknown';
  readonly lastError?: string;
}

/** Prometheus refused, in its own words, or what answered is no Prometheus. */
export class PrometheusError extends Error {
  override readonly name = 'PrometheusError';
  /** HTTP status of the answer. */
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

const TIMEOUT_MS = 30_000;

/** The part of Prometheus' HTTP API that is asked; Thanos, Mimir and VictoriaMetrics have most of it. */
export class PrometheusApi {
  readonly #base: string;
  readonly #headers: Labels;

  /** `base` is what `/api/v1` is appended to. */
  constructor(base: string, headers: Labels = {}) {
    this.#base = base.replace(/\/+$/, '');
    this.#headers = headers;
  }

  /** Series with a finite value somewhere in the range, or at its end. */
  async countFinite(expression: string, { start, end, step }: TimeRange, instant: boolean): Promise<number> {
    const data = instant
      ? await this.#post('query', { query: expression, time: `${end}` })
      : await this.#post('query_range', { query: expression, start: `${start}`, end: `${end}`, step: `${step}` });
    const { resultType, result } = data as { resultType: string; result: unknown };
    if (resultType === 'scalar') return Number.isFinite(Number((result as [number, string])[1])) ? 1 : 0;
    return (result as { value?: [number, string]; values?: [number, string][] }[]).filter(({ value, values }) =>
      (values ?? (value === undefined ? [] : [value])).some(([, number]) => Number.isFinite(Number(number))),
    ).length;
  }

  /** The value of a query that gives one number; undefined when it gives none. */
  async number(expression: string, end: number): Promise<number | undefined> {
    const { result } = (await this.#post('query', { query: expression, time: `${end}` })) as {
      result: { value: [number, string] }[];
    };
    return result[0] === undefined ? undefined : Number(result[0].value[1]);
  }

  async series(selector: string, { start, end }: TimeRange): Promise<Labels[]> {
    return (await this.#post('series', { 'match[]': selector, start: `${start}`, end: `${end}` })) as Labels[];
  }

  async labelValues(label: string, selector: string, { start, end }: TimeRange): Promise<string[]> {
    const query = new URLSearchParams({ 'match[]': selector, start: `${start}`, end: `${end}` });
    return (await this.#get(`label/${label}/values?${query}`)) as string[];
  }

  async countExemplars(expression: string, { start, end }: TimeRange): Promise<number> {
    return ((await this.#post('query_exemplars', { query: expression, start: `${start}`, end: `${end}` })) as unknown[])
      .length;
  }

  /** The query as Prometheus writes it. */
  async formatted(expression: string): Promise<string> {
    return (await this.#post('format_query', { query: expression })) as string;
  }

  async targets(): Promise<Target[]> {
    return ((await this.#get('targets?state=active')) as { activeTargets: Target[] }).activeTargets;
  }

  async rules(): Promise<LoadedRule[]> {
    return ((await this.#get('rules')) as { groups: { rules: LoadedRule[] }[] }).groups.flatMap(({ rules }) => rules);
  }

  async version(): Promise<string> {
    return ((await this.#get('status/buildinfo')) as { version: string }).version;
  }

  async flags(): Promise<Labels> {
    return (await this.#get('status/flags')) as Labels;
  }

  #get(path: string): Promise<unknown> {
    return this.#ask(path, {});
  }

  /** As a form: queries may be longer than an address can be. */
  #post(path: string, parameters: Labels): Promise<unknown> {
    return this.#ask(path, { method: 'POST', body: new URLSearchParams(parameters) });
  }

  async #ask(path: string, init: { readonly method?: string; readonly body?: URLSearchParams }): Promise<unknown> {
    const url = `${this.#base}/api/v1/${path}`;
    const response = await fetch(url, {
      ...init,
      headers: this.#headers,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    const body = parsed(text);
    if (body?.status !== 'success') {
      const words = body?.error ?? `HTTP ${response.status}: ${text.slice(0, 200).trim()}`;
      throw new PrometheusError(words, response.status);
    }
    return body.data;
  }
}

function parsed(text: string): { status?: string; error?: string; data?: unknown } | undefined {
  try {
    return JSON.parse(text) as { status?: string; error?: string; data?: unknown };
  } catch {
    return undefined;
  }
}

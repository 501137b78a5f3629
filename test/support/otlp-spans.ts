/** A span to send, as far as tests say. */
export interface SentSpan {
  /** 32 and 16 hexadecimal digits. */
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  /** As OTLP numbers it; default internal. */
  readonly kind?: number;
  /** Default 5. */
  readonly durationMs?: number;
  readonly failed?: boolean;
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
}

/** Sends spans over OTLP/HTTP in one request, as of one service. They end now. Rejects when they are not accepted. */
export async function sendSpans(otlpHttp: string, service: string, spans: readonly SentSpan[]): Promise<void> {
  const nowMs = Date.now();
  const body = {
    resourceSpans: [
      {
        resource: { attributes: toAttributes({ 'service.name': service, 'service.instance.id': `${service}-1` }) },
        scopeSpans: [{ scope: { name: '@crossbridge/otel' }, spans: spans.map((span) => toOtlp(span, nowMs)) }],
      },
    ],
  };
  const response = await fetch(`${otlpHttp}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`The Collector answered ${response.status}: ${await response.text()}`);
}

function toOtlp(span: SentSpan, nowMs: number): object {
  const { durationMs = 5, failed = false, attributes = {}, kind = 1, ...rest } = span;
  return {
    ...rest,
    kind,
    startTimeUnixNano: `${BigInt(nowMs - durationMs) * 1_000_000n}`,
    endTimeUnixNano: `${BigInt(nowMs) * 1_000_000n}`,
    status: failed ? { code: 2 } : {},
    attributes: toAttributes(attributes),
  };
}

function toAttributes(attributes: Readonly<Record<string, string | number | boolean>>): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: toValue(value) }));
}

function toValue(value: string | number | boolean): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isInteger(value) ? { intValue: `${value}` } : { doubleValue: value };
}

/** Ids that are the same in every run. Trace ids are spread as random ones are, which samplers count on. */
export function spanIds(seed: number): { trace(): string; span(): string } {
  let state = seed >>> 0;
  const word = (): string => {
    // Mulberry32.
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0).toString(16).padStart(8, '0');
  };
  return { trace: () => word() + word() + word() + word(), span: () => word() + word() };
}

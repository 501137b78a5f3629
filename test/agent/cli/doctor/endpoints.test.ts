import { describe, expect, it } from 'vitest';
import { endpointsIn, headersOf, otlpHosts } from '../../../../packages/agent/src/cli/doctor/exporters/endpoints.ts';

const urls = (env: Record<string, string>): string[] =>
  endpointsIn(env).map(({ signal, url, protocol }) => `${signal} ${protocol} ${url}`);

describe('the endpoints that variables name', () => {
  it('are none where nothing is named', () => {
    expect(urls({})).toEqual([]);
    expect(urls({ OTEL_TRACES_EXPORTER: 'console', OTEL_METRICS_EXPORTER: 'prometheus' })).toEqual([]);
  });

  it('get the path of their signal from the general one, and are used as they are from their own', () => {
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/base/',
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'https://metrics.example/in',
      OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/json',
      OTEL_LOGS_EXPORTER: 'none',
    };
    expect(urls(env)).toEqual([
      'TRACES http/protobuf http://collector:4318/base/v1/traces',
      'METRICS http/json https://metrics.example/in',
    ]);
    expect([...otlpHosts(env)]).toEqual(['collector:4318', 'metrics.example']);
  });

  it('are those of the specification where only the exporter is named', () => {
    expect(urls({ OTEL_TRACES_EXPORTER: 'otlp' })).toEqual(['TRACES http/protobuf http://localhost:4318/v1/traces']);
    expect(urls({ OTEL_LOGS_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' })).toEqual([
      'LOGS grpc http://localhost:4317',
    ]);
    expect(
      urls({
        OTEL_METRICS_EXPORTER: 'none',
        OTEL_LOGS_EXPORTER: 'none',
        OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
        OTEL_EXPORTER_OTLP_ENDPOINT: 'c:4317',
      }),
    ).toEqual(['TRACES grpc http://c:4317']);
  });

  it('have headers, those of the signal in front', () => {
    const env = {
      OTEL_EXPORTER_OTLP_HEADERS: 'x-key=general, tenant=a%20b',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x-key=a==',
    };
    expect(headersOf('LOGS', env)).toEqual({ 'x-key': 'general', tenant: 'a b' });
    expect(headersOf('TRACES', env)).toEqual({ 'x-key': 'a==', tenant: 'a b' });
  });
});

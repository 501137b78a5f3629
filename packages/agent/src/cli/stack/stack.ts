import type { Command } from '../command.ts';
import { runCompose } from './compose.ts';
import { runNative } from './native.ts';
import { stackOptions } from './options.ts';

/** `crossbridge stack`: somewhere to look at what CrossBridge tells, on one machine. */
export const stack: Command = {
  help: `Usage: crossbridge stack [--native] [options]

Starts Grafana with the dashboards, Prometheus with the alerts, Tempo, Alertmanager and the Collector in containers, by
docker compose. With --native: Prometheus, Alertmanager and the Collector as programs of this machine, and no Grafana or Tempo.
Runs until Ctrl-C. Everything listens on the loopback interface.

  --native               without Docker: prometheus, alertmanager and otelcol-contrib from the PATH, or from
                         CROSSBRIDGE_PROMETHEUS, CROSSBRIDGE_ALERTMANAGER and CROSSBRIDGE_OTELCOL
  --demo                 the demo service too, which misbehaves; from a clone of the repository only
  --target HOST:PORT     scrape the admin endpoint of an agent, 127.0.0.1:9464 usually; may be repeated (native)
  --traces URL           pass traces and logs on, by OTLP over HTTP (native)
  --data DIRECTORY       keep the data there; default: a temporary directory (native)
  --scrape-interval N    seconds between two scrapes; default: 15 (native)
  --prometheus-port N    default: 9090
  --alertmanager-port N  default: 9093
  --otlp-http-port N     default: 4318
  --otlp-grpc-port N     default: 4317
  --grafana-port N       default: 3000 (containers)

A service joins with OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318.
`,
  async run(args, terminal) {
    const options = stackOptions(args);
    const interruption = new AbortController();
    const interrupt = (): void => interruption.abort();
    const signals = ['SIGINT', 'SIGTERM'] as const;
    for (const signal of signals) process.once(signal, interrupt);
    try {
      const run = options.native ? runNative : runCompose;
      return await run(options, terminal, interruption.signal);
    } finally {
      for (const signal of signals) process.off(signal, interrupt);
    }
  },
};

import { setTimeout as sleep } from 'node:timers/promises';
import { Load } from '../load/load.ts';
import type { Snapshot } from '../metrics/snapshot.ts';
import { renderLoad } from '../report/load-report.ts';
import { missingFrom, renderSummary, summarize } from '../report/summary.ts';
import { overallHealth, renderView, rowsBetween } from '../report/view.ts';
import type { UpstreamStats } from '../upstream/stats.ts';
import { readJson, readMetrics } from './admin.ts';
import type { DemoOptions } from './options.ts';
import type { Screen } from './screen.ts';

const DRAIN_TIMEOUT_MS = 16_000;
const LIVE_INTERVAL_MS = 1_000;
const PLAIN_INTERVAL_MS = 5_000;

export interface StageOptions extends DemoOptions {
  /** Base URLs. `admin` is null without CrossBridge. */
  readonly upstream: string;
  readonly service: string;
  readonly admin: string | null;
  readonly screen: Screen;
}

/** The run itself, once every process listens: the load, the view while it lasts, the summary after it. */
export class Stage {
  readonly #options: StageOptions;
  readonly #load: Load;

  constructor(options: StageOptions) {
    this.#options = options;
    const { service: target, seed, rate } = options;
    this.#load = new Load({ target, seed, rate });
  }

  /** Gives the exit code. Rejects when `/metrics` or the upstream's figures cannot be read. */
  async play(interrupted: AbortSignal): Promise<number> {
    const { seconds, keep } = this.#options;
    const loadEnd = new AbortController();
    const loadStopped = AbortSignal.any([loadEnd.signal, interrupted]);
    const sending = this.#load.run(loadStopped);
    const startedAtMs = performance.now();
    try {
      await this.#watch(startedAtMs, AbortSignal.any([AbortSignal.timeout(seconds * 1_000), interrupted]));
      if (interrupted.aborted) return interrupted.reason as number;
      if (!keep) {
        loadEnd.abort();
        await sending;
        await this.#load.drain(DRAIN_TIMEOUT_MS);
      }
      const exitCode = await this.#conclude();
      if (keep) {
        this.#options.screen.print(['', 'It goes on until you press Ctrl-C.', '']);
        await this.#watch(startedAtMs, interrupted);
      }
      return exitCode;
    } finally {
      loadEnd.abort();
      await sending;
    }
  }

  /** Shows the view again and again until `end` aborts. */
  async #watch(startedAtMs: number, end: AbortSignal): Promise<void> {
    const { admin, screen } = this.#options;
    if (admin === null) {
      await sleep(2 ** 31 - 1, undefined, { signal: end }).catch(() => undefined);
      return;
    }
    let earlier = await readMetrics(admin);
    let readAtMs = performance.now();
    while (await pause(screen.isLive ? LIVE_INTERVAL_MS : PLAIN_INTERVAL_MS, end)) {
      const later: Snapshot = await readMetrics(admin);
      const nowMs = performance.now();
      const rows = rowsBetween(earlier, later, (nowMs - readAtMs) / 1_000);
      screen.draw(renderView(rows, overallHealth(later), (nowMs - startedAtMs) / 1_000));
      earlier = later;
      readAtMs = nowMs;
    }
  }

  async #conclude(): Promise<number> {
    const { admin, upstream, screen } = this.#options;
    const stats = await readJson<UpstreamStats>(`${upstream}/__stats`);
    const seen = Object.values(stats.requests).reduce((total, requests) => total + requests, 0);
    const outside = ['What the callers of the service saw:', '', ...renderLoad(this.#load.read())];
    if (admin === null) {
      screen.print([...outside, '', `The upstream counted ${seen.toLocaleString('en-US')} requests.`]);
      return 0;
    }
    const summary = summarize(await readMetrics(admin), stats);
    screen.print(['', 'What /metrics says of the run:', '', ...renderSummary(summary), '', ...outside]);
    const missing = missingFrom(summary);
    if (missing.length > 0) screen.print(['', `The demo did not show all it should: ${missing.join(', ')}.`]);
    return missing.length === 0 ? 0 : 1;
  }
}

/** Waits; false when `end` aborted meanwhile. */
async function pause(ms: number, end: AbortSignal): Promise<boolean> {
  await sleep(ms, undefined, { signal: end }).catch(() => undefined);
  return !end.aborted;
}

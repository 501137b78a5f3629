import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import module from 'node:module';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { whyTooOld } from '../node-version.ts';
import { canWatchImports } from '../patches/hooks/es-modules.ts';
import { messageOf } from '../report.ts';
import { Calls } from './calls.ts';
import { Clients } from './clients.ts';
import type { AgentFacts, FlagSource, PatchFacts, ProcessFacts } from './facts.ts';
import { flagOf, isAgent, OWN_NODE_OPTIONS } from './flag.ts';
import { type AgentParts, beTold } from './hand-over.ts';
import { Loaded } from './loaded.ts';
import { placeOf } from './place-of.ts';
import { Started } from './started.ts';
import { Traffic } from './traffic.ts';

const REGISTER_URL = new URL('../bundle/register.js', import.meta.url).href;

const ASKED_EVERY_MS = 100;

const ENV =
  /^(OTEL_(SDK_DISABLED|(TRACES|METRICS|LOGS)_EXPORTER|EXPORTER_OTLP_.*(ENDPOINT|PROTOCOL))|CROSSBRIDGE_(CONFIG|ADMIN_PORT))$/;

/** What the doctor does inside the application: it looks and takes notes, and has the agent loaded where nothing else loads it. */
export class Examination {
  readonly #directory: string;
  readonly #loaded: Loaded;
  readonly #calls = new Calls();
  readonly #clients = new Clients();
  readonly #traffic: Traffic;
  readonly #started = new Started();
  readonly #first: boolean;
  /** How the first process came by the agent. */
  readonly #firstFlag: string;
  readonly #forked = process.send !== undefined;
  #flag: FlagSource;
  #flagText: string | undefined;
  #agentError: string | undefined;
  #parts: AgentParts | undefined;

  constructor(directory: string) {
    this.#directory = directory;
    const { source, text } = flagOf(process.execArgv, process.env[OWN_NODE_OPTIONS] ?? '', REGISTER_URL);
    this.#flag = source;
    this.#flagText = text;
    const [pid, ...flag] = firstIn(join(directory, 'first'), source);
    this.#first = pid === String(process.pid);
    this.#firstFlag = flag.join(' ');
    writeFileSync(this.#file('hello'), process.argv[1] ?? '');
    this.#loaded = new Loaded((url, parent) => this.#onLoad(url, parent));
    this.#traffic = new Traffic(() => this.#calls.isInAttempt());
    beTold({
      started: (parts) => {
        this.#parts = parts;
        this.#calls.watch(parts.bridge);
      },
      loaded: (found, exports) => this.#clients.loaded(found, exports),
    });
  }

  async begin(): Promise<void> {
    process.on('exit', () => this.#write());
    const asked = setInterval(() => {
      if (!existsSync(join(this.#directory, 'ask'))) return;
      clearInterval(asked);
      this.#write();
    }, ASKED_EVERY_MS).unref();
    if (this.#flag !== 'none' || !this.#isToHaveAgent()) return;
    try {
      await import('../register.ts');
      if (this.#flag === 'none') this.#flag = 'doctor';
    } catch (error) {
      this.#agentError = messageOf(error);
    }
  }

  /** Only where nobody has thought of it: what has no flag beside a process that has one would have none without the doctor, too. */
  #isToHaveAgent(): boolean {
    return this.#firstFlag === 'none' && (this.#first || this.#forked);
  }

  #onLoad(url: string, parent: string | undefined): void {
    if (this.#flag !== 'none' || parent === undefined || parent === import.meta.url) return;
    if (!isAgent(url, REGISTER_URL)) return;
    this.#flag = 'code';
    this.#flagText = parent;
  }

  #write(): void {
    const file = this.#file('json');
    writeFileSync(`${file}.part`, JSON.stringify(this.#facts()));
    renameSync(`${file}.part`, file);
  }

  #facts(): ProcessFacts {
    const agentError = this.#agentError ?? whyTooOld();
    return {
      pid: process.pid,
      threadId,
      first: this.#first,
      forked: this.#forked,
      main: process.argv[1],
      cwd: process.cwd(),
      node: process.versions.node,
      canWatchImports: typeof module.registerHooks === 'function' && canWatchImports(),
      flag: this.#flag,
      flagText: this.#flagText,
      ...(agentError === undefined ? {} : { agentError }),
      ...(this.#parts === undefined ? {} : { agent: agentFacts(this.#parts) }),
      env: Object.fromEntries(Object.entries(process.env).filter(([name]) => ENV.test(name))) as Record<string, string>,
      patches: this.#parts?.patches.map(patchFacts) ?? [],
      packages: this.#loaded.packages,
      files: this.#loaded.files,
      earlyFiles: this.#loaded.earlyFiles,
      byHand: this.#loaded.byHand,
      clients: this.#clients.facts,
      traffic: this.#traffic.facts,
      calls: this.#calls.facts,
      started: this.#started.facts,
      otelApi: (globalThis as { [key: symbol]: { version?: string } | undefined })[OTEL_API]?.version,
    };
  }

  #file(extension: string): string {
    return join(this.#directory, `${process.pid}-${threadId}.${extension}`);
  }
}

const OTEL_API = Symbol.for('opentelemetry.js.api.1');

function agentFacts({ bridge, file, warnings }: AgentParts): AgentFacts {
  const { operations, upstreams, patches, admin, retry, rateLimiting } = bridge.config;
  return { configFile: file, warnings, config: { operations, upstreams, patches, admin, retry, rateLimiting } };
}

function patchFacts(patch: AgentParts['patches'][number]): PatchFacts {
  const { inFront = [], ...report } = patch.report();
  return { ...report, inFront: inFront.map(({ method, by }) => ({ method, by: placeOf(by) })) };
}

/** The process that comes here first is the one that was meant, with its threads: its id, and its flag. */
function firstIn(file: string, flag: FlagSource): readonly string[] {
  try {
    writeFileSync(file, `${process.pid} ${flag}`, { flag: 'wx' });
  } catch {
    // Another was here before.
  }
  return readFileSync(file, 'utf8').split(' ');
}

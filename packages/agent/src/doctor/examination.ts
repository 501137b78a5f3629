import { closeSync, existsSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import module from 'node:module';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { canWatchImports } from '../patches/hooks/es-modules.ts';
import { messageOf } from '../report.ts';
import { Calls } from './calls.ts';
import { Clients } from './clients.ts';
import type { AgentFacts, FlagSource, PatchFacts, ProcessFacts } from './facts.ts';
import { flagOf, isAgent, OWN_NODE_OPTIONS } from './flag.ts';
import { type AgentParts, onHandOver } from './hand-over.ts';
import { Loaded } from './loaded.ts';
import { placeOf } from './place-of.ts';
import { Started } from './started.ts';
import { Traffic } from './traffic.ts';

const REGISTER_URL = new URL('../register.js', import.meta.url).href;

/** When it is looked for clients, beside the end: those that live shortly are not missed then. */
const LOOK_AT_MS = [50, 300, 1_000, 3_000];
const ASKED_EVERY_MS = 100;

const ENV =
  /^(OTEL_(SDK_DISABLED|(TRACES|METRICS|LOGS)_EXPORTER|EXPORTER_OTLP_.*(ENDPOINT|PROTOCOL))|CROSSBRIDGE_(CONFIG|ADMIN_PORT))$/;

/** What the doctor does inside the application: it looks and takes notes, and has the agent loaded where nothing else loads it. */
export class Examination {
  readonly #directory: string;
  readonly #loaded: Loaded;
  readonly #calls = new Calls();
  readonly #clients: Clients;
  readonly #traffic: Traffic;
  readonly #started = new Started();
  readonly #first: boolean;
  readonly #forked = process.send !== undefined;
  #flag: FlagSource;
  #flagText: string | undefined;
  #agentError: string | undefined;
  #parts: AgentParts | undefined;

  constructor(directory: string) {
    this.#directory = directory;
    this.#first = isFirst(join(directory, 'first'));
    const { source, text } = flagOf(process.execArgv, process.env[OWN_NODE_OPTIONS] ?? '', REGISTER_URL);
    this.#flag = source;
    this.#flagText = text;
    writeFileSync(this.#file('hello'), process.argv[1] ?? '');
    this.#loaded = new Loaded((url, parent) => this.#onLoad(url, parent));
    this.#clients = new Clients(this.#loaded);
    this.#traffic = new Traffic(() => this.#calls.isInAttempt());
    onHandOver((parts) => {
      this.#parts = parts;
      this.#calls.watch(parts.bridge);
    });
  }

  async begin(): Promise<void> {
    process.on('exit', () => {
      this.#clients.look();
      this.#write();
    });
    for (const atMs of LOOK_AT_MS) {
      setTimeout(() => void this.#look(), atMs).unref();
    }
    const asked = setInterval(() => {
      if (!existsSync(join(this.#directory, 'ask'))) return;
      clearInterval(asked);
      void this.#look().then(() => this.#write());
    }, ASKED_EVERY_MS).unref();
    // A process that another has started gets what it would get without the doctor.
    if (this.#flag !== 'none' || !(this.#first || this.#forked)) return;
    try {
      await import('../register.ts');
      if (this.#flag === 'none') this.#flag = 'doctor';
    } catch (error) {
      this.#agentError = messageOf(error);
    }
  }

  async #look(): Promise<void> {
    await this.#clients.findImported();
    this.#clients.look();
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
      ...(this.#agentError === undefined ? {} : { agentError: this.#agentError }),
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

/** The first process that comes here is the one that was meant; its threads belong to it. */
function isFirst(file: string): boolean {
  try {
    const handle = openSync(file, 'wx');
    writeFileSync(handle, String(process.pid));
    closeSync(handle);
    return true;
  } catch {
    return readFileSync(file, 'utf8') === String(process.pid);
  }
}

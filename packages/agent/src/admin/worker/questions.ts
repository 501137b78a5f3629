import type { Question, Reply } from '../messages.ts';

/** Most questions under way. Only the Accept header makes them differ, and it is whatever a client likes. */
const MOST_QUESTIONS = 16;

interface Pending {
  readonly key: string;
  readonly reply: Promise<Reply>;
  readonly resolve: (reply: Reply) => void;
}

/** Asks the main thread. Whoever asks the same while the answer is under way shares it. */
export class Questions {
  readonly #send: (id: number, question: Question) => void;
  readonly #byKey = new Map<string, Pending>();
  readonly #byId = new Map<number, Pending>();
  #lastId = 0;

  constructor(send: (id: number, question: Question) => void) {
    this.#send = send;
  }

  /** The answer; undefined when it does not come in time, which a main thread that is stuck cannot help. */
  async ask(question: Question, limitMs: number): Promise<Reply | undefined> {
    const pending = this.#pending(question);
    if (pending === undefined) return undefined;
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), limitMs);
    });
    // The question stays: a stuck main thread must not find a pile of them when it is free again.
    const reply = await Promise.race([pending.reply, limit]);
    clearTimeout(timer);
    return reply;
  }

  /** Takes an answer of the main thread. */
  answer(id: number, reply: Reply): void {
    const pending = this.#byId.get(id);
    if (pending === undefined) return;
    this.#byId.delete(id);
    this.#byKey.delete(pending.key);
    pending.resolve(reply);
  }

  #pending(question: Question): Pending | undefined {
    const key = question.kind === 'metrics' ? `metrics ${question.accept}` : question.kind;
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    if (this.#byKey.size >= MOST_QUESTIONS) return undefined;
    const { promise, resolve } = Promise.withResolvers<Reply>();
    const pending = { key, reply: promise, resolve };
    this.#lastId += 1;
    this.#byKey.set(key, pending);
    this.#byId.set(this.#lastId, pending);
    this.#send(this.#lastId, question);
    return pending;
  }
}

import { chunkHasContent, type EventKind, hasEndEvent, isEmpty, kindOf } from './answer-events.ts';
import type { ServerEvent } from './event-parser.ts';
import { type InBandError, inBandErrorIn } from './in-band-error.ts';
import { member, mergeUsage, modelIn, type TokenUsage, usageIn } from './usage.ts';

/** What tells more than that the answer goes on. Only events with one of these are read once it has begun. */
const TELLING =
  /"(?:finish_reason|usage|error)"\s*:\s*["{]|"index"\s*:\s*[1-9]|"type"\s*:\s*"(?:error|message_(?:start|delta|stop)|response\.(?:completed|incomplete|failed))"/;

/**
 * Follows a streamed answer of OpenAI (chat, text completions, Responses), of those compatible with it, or of Anthropic. Of any other
 * it knows only that it has begun.
 */
export class AnswerWatch {
  #begun = false;
  #ended = false;
  /** Whether the end of this answer shows: undefined until an event has told whose it is. */
  #endShows: boolean | undefined;
  readonly #openChoices = new Map<unknown, boolean>();
  #usage: TokenUsage | undefined;
  #model: string | undefined;
  #error: InBandError | undefined;

  /** Whether any part of the answer itself has come. */
  get begun(): boolean {
    return this.#begun;
  }

  /** Whether the answer has said that it is whole, or has failed. */
  get over(): boolean {
    return this.#ended || this.#error !== undefined;
  }

  /** Whether the answer may end here: it has said that it is whole or has failed, or is of a kind that does not say. */
  get mayEnd(): boolean {
    if (this.over) return true;
    // Not every compatible provider sends [DONE]; one that has given each choice its reason to finish has left nothing out.
    if (this.#openChoices.size > 0) return ![...this.#openChoices.values()].includes(true);
    return this.#begun && this.#endShows !== true;
  }

  get usage(): TokenUsage | undefined {
    return this.#usage;
  }

  /** The model that answers, where the answer has said so. */
  get model(): string | undefined {
    return this.#model;
  }

  get error(): InBandError | undefined {
    return this.#error;
  }

  /** What the event is to the answer. */
  see(event: ServerEvent): EventKind {
    const kind = this.#judge(event);
    if (kind === 'content') this.#begun = true;
    if (kind === 'end') this.#ended = true;
    return kind;
  }

  #judge({ name, data, whole }: ServerEvent): EventKind {
    if (data === '[DONE]') return 'end';
    const named = name === '' || name === 'message' ? undefined : name;
    if (named !== undefined && hasEndEvent(named)) this.#endShows = true;
    if (!whole) return named === undefined ? 'content' : this.#byType(named, undefined);
    if (this.#begun && named !== 'error' && !TELLING.test(data)) return named === undefined ? 'content' : kindOf(named);
    const json = parse(data);
    const type = named ?? member(json, 'type');
    const choices = member(json, 'choices');
    this.#usage = mergeUsage(this.#usage, usageIn(json));
    this.#model ??= modelIn(json);
    if (typeof type === 'string') return this.#byType(type, json);
    if (!isEmpty(member(json, 'error'))) return this.#fail(json);
    if (!Array.isArray(choices)) return 'content';
    return this.#byChoices(choices);
  }

  #byType(type: string, json: unknown): EventKind {
    if (hasEndEvent(type)) this.#endShows = true;
    const kind = kindOf(type);
    return kind === 'error' ? this.#fail(json) : kind;
  }

  #fail(json: unknown): EventKind {
    this.#error ??= inBandErrorIn(json) ?? {
      message: 'no message',
      code: undefined,
      type: undefined,
      status: undefined,
    };
    return 'error';
  }

  #byChoices(choices: readonly unknown[]): EventKind {
    this.#endShows = true;
    for (const choice of choices) {
      const index = member(choice, 'index') ?? 0;
      const finished = !isEmpty(member(choice, 'finish_reason'));
      if (finished || !this.#openChoices.has(index)) this.#openChoices.set(index, !finished);
    }
    return chunkHasContent(choices) ? 'content' : 'preamble';
  }
}

/** The data of an event; undefined when it is no JSON. */
function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

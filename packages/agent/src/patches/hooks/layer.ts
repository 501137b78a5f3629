/** What is done instead of a method. `below` is what would have been called, whatever that is by now. */
export type Control = (self: unknown, args: unknown[], below: Below) => unknown;

export type Below = (self: unknown, args: unknown[]) => unknown;

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** What OpenTelemetry's instrumentations, and others, leave on their wrappers. Before they wrap they take off what has these. */
interface Marked {
  readonly __wrapped?: unknown;
  readonly __original?: unknown;
  readonly __unwrap?: unknown;
}

/** The mark of what patches have put in the place of something, known to every copy of the package. */
export const PATCHED: symbol = Symbol.for('crossbridge.patched.v1');

/** Whether a function is the front of a layer. */
export function isPatched(fn: unknown): boolean {
  return typeof fn === 'function' && PATCHED in fn;
}

/** Others that want to be in front as well would be wrapped for ever. */
const MOST_MOVES = 8;

interface Step {
  below: Method;
  /** Whether another step of the same layer is in front. */
  passing: boolean;
}

/**
 * A method of a prototype that is controlled, and stays the outermost: when somebody has wrapped it since, the layer is put in front again
 * and what was there of it passes through. It bears no marks, or those who wrap next would take it off.
 */
export class Layer {
  readonly name: string;
  readonly #holder: Record<PropertyKey, unknown>;
  readonly #control: Control;
  #front: Method;
  #step: Step;
  #moves = 0;

  /** @throws Error when the holder has no such method, or does not let it be replaced */
  constructor(holder: object, name: string, control: Control) {
    this.name = name;
    this.#holder = holder as Record<PropertyKey, unknown>;
    this.#control = control;
    const below = this.#holder[name];
    if (typeof below !== 'function') throw new Error(`there is no method ${name}`);
    this.#step = { below: below as Method, passing: false };
    this.#front = this.#place(this.#step);
  }

  /** Whether calls come here first. */
  get outermost(): boolean {
    return this.#holder[this.name] === this.#front;
  }

  /** What calls come to first: this layer, or somebody who has wrapped it since. */
  get current(): unknown {
    return this.#holder[this.name];
  }

  /** Moves to the front again if somebody else is there. */
  ensure(): void {
    const current = this.#holder[this.name];
    if (current === this.#front || typeof current !== 'function' || this.#moves >= MOST_MOVES) return;
    this.#moves += 1;
    const before = this.#step;
    const wasFront = this.#front;
    const step: Step = { below: current as Method, passing: false };
    try {
      this.#front = this.#place(step);
    } catch {
      // Not to be replaced any more: the one that is in its place goes on.
      return;
    }
    before.passing = true;
    // They would have taken off the one before them, had we not been in between: both would tell of each call.
    if (isMarked(current) && current.__original === wasFront && isMarked(before.below)) {
      before.below = before.below.__original;
    }
    this.#step = step;
  }

  /** Whether a step is in front again: who took over from it (a spy of a test, say) has put it back. */
  #resumes(step: Step, front: Method): boolean {
    if (this.#holder[this.name] !== front) return false;
    this.#step.passing = true;
    step.passing = false;
    this.#step = step;
    this.#front = front;
    return true;
  }

  #place(step: Step): Method {
    const layer = this;
    const control = this.#control;
    const below: Below = (self, args) => Reflect.apply(step.below, self, args);
    const front: Method = function (this: unknown, ...args) {
      if (step.passing && !layer.#resumes(step, front)) return Reflect.apply(step.below, this, args);
      layer.ensure();
      return control(this, args, below);
    };
    look(front, unwrapped(step.below));
    const existing = Object.getOwnPropertyDescriptor(this.#holder, this.name);
    Object.defineProperty(this.#holder, this.name, {
      value: front,
      writable: true,
      configurable: true,
      enumerable: existing?.enumerable ?? false,
    });
    return front;
  }
}

/** Lets a function look like another: its name, its number of parameters, what it has for `util.promisify`. */
function look(front: Method, like: Method): void {
  for (const key of Reflect.ownKeys(like)) {
    if (key === 'prototype' || key === '__wrapped' || key === '__original' || key === '__unwrap') continue;
    const descriptor = Object.getOwnPropertyDescriptor(like, key) as PropertyDescriptor;
    Object.defineProperty(front, key, { ...descriptor, configurable: true });
  }
  Object.defineProperty(front, PATCHED, { value: true, configurable: true });
}

/** The method itself, under the wrappers of others that say what they wrap. */
function unwrapped(method: Method): Method {
  let inner = method;
  while (isMarked(inner)) inner = inner.__original;
  return inner;
}

function isMarked(method: unknown): method is Method & { readonly __original: Method } {
  const { __wrapped, __original, __unwrap } = method as Marked;
  return __wrapped === true && typeof __original === 'function' && typeof __unwrap === 'function';
}

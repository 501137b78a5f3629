const BEATS = 0;
const STOPPING = 1;
const TURNED = 2;
const STARTED = 3;
const SLOTS = 4;

/**
 * What the main thread and the admin thread know together, in memory that both can read at any time: a thread that is stuck cannot be
 * asked. Survives a restart of the admin thread.
 */
export class SharedState {
  /** To be handed to the other thread. */
  readonly memory: SharedArrayBuffer;
  readonly #slots: Int32Array;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(SLOTS * Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#slots = new Int32Array(memory);
  }

  /** Shows that the event loop of the main thread turns. */
  beat(): void {
    // The first beat comes from the event loop, so whatever the application loads synchronously has been loaded.
    Atomics.store(this.#slots, TURNED, 1);
    Atomics.add(this.#slots, BEATS, 1);
  }

  /** How often the main thread has beaten. It wraps around, so that only a difference means something. */
  get beats(): number {
    return Atomics.load(this.#slots, BEATS);
  }

  /** Whether the event loop of the main thread has turned at all. */
  get turned(): boolean {
    return Atomics.load(this.#slots, TURNED) === 1;
  }

  stop(): void {
    Atomics.store(this.#slots, STOPPING, 1);
  }

  /** Whether the process has been told to stop. */
  get stopping(): boolean {
    return Atomics.load(this.#slots, STOPPING) === 1;
  }

  finishStart(): void {
    Atomics.store(this.#slots, STARTED, 1);
  }

  /** Whether `/startupz` has answered once that the start is over. */
  get started(): boolean {
    return Atomics.load(this.#slots, STARTED) === 1;
  }
}

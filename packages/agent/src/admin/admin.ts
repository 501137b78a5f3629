import type { Bridge } from '@crossbridge/core';
import { reportOnce } from '../report.ts';
import { AdminThread } from './admin-thread.ts';
import { type AnswerSources, Answers } from './answers.ts';
import type { AdminSettings, FromAdminThread } from './messages.ts';
import { type Published, SnapshotPublisher } from './publisher.ts';
import { SharedState } from './shared-state.ts';
import { reportDeath, reportFailure, tell } from './tell.ts';
import { BEAT_MS } from './worker/pulse.ts';

/**
 * The admin endpoints beside the application, never in its way: served from a thread of their own, which does not keep the process
 * alive. A port that is taken is reported while the application runs on.
 */
export class Admin {
  readonly #settings: AdminSettings;
  readonly #shared = new SharedState();
  readonly #thread: AdminThread;
  readonly #beat: NodeJS.Timeout;
  #answers: Answers | undefined;
  #publisher: SnapshotPublisher | undefined;
  #stopPublishing: (() => void) | undefined;

  /** Starts the thread at once: it takes its time, and the process has other things to do until it is there. */
  constructor(settings: AdminSettings) {
    this.#settings = settings;
    const beat = (): void => this.#shared.beat();
    setImmediate(beat).unref();
    this.#beat = setInterval(beat, BEAT_MS).unref();
    this.#thread = new AdminThread({
      shared: this.#shared,
      settings,
      onMessage: (message) => this.#onMessage(message),
      onStart: () => this.#publisher?.repeat(),
      onDeath: reportDeath,
    });
  }

  /** Gives it something to tell. `sdk` is undefined when there is none: `/metrics` then says so. */
  connect(bridge: Published & Pick<Bridge, 'state'>, sdk: AnswerSources['sdk']): void {
    this.#answers = new Answers({ state: bridge.state, sdk }, reportFailure);
    this.#publisher = new SnapshotPublisher(bridge, (json) => this.#thread.post({ type: 'snapshot', json }));
    this.#stopPublishing = this.#publisher.start();
  }

  /** Tells that the process has been told to stop: `/readyz` fails from now on. */
  stop(): void {
    this.#shared.stop();
  }

  /** Ends it for good. */
  async close(): Promise<void> {
    clearInterval(this.#beat);
    this.#stopPublishing?.();
    await this.#thread.close();
  }

  #onMessage(message: FromAdminThread): void {
    if (message.type !== 'question') {
      tell(message, this.#settings);
      return;
    }
    const { id, question } = message;
    this.#answers
      ?.to(question)
      .then((answer) => this.#thread.post({ type: 'answer', id, answer }))
      .catch((error: unknown) =>
        reportOnce('admin answer', `admin endpoint: no answer could be sent: ${String(error)}`),
      );
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const NUMBERS: Readonly<Record<(typeof SIGNALS)[number], number>> = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };

/** Aborts when the user ends the demo. The reason is the exit code that a shell expects: 128 plus the number of the signal. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      // Whoever asks twice does not want to wait for an orderly end; the children are killed as the process exits.
      if (controller.signal.aborted) process.exit(128 + NUMBERS[signal]);
      controller.abort(128 + NUMBERS[signal]);
    });
  }
  return controller.signal;
}

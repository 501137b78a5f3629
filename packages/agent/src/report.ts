/** Writes one line to standard error: the agent has no other place that is surely not the application's own output. */
export function report(message: string): void {
  process.stderr.write(`crossbridge: ${message}\n`);
}

const reported = new Set<string>();

/** {@link report}, once for each topic: what keeps failing is said when it starts, not every minute. */
export function reportOnce(topic: string, message: string): void {
  if (reported.has(topic)) return;
  reported.add(topic);
  report(message);
}

/** What was thrown, for people. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

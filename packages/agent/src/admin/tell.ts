import { messageOf, report, reportOnce } from '../report.ts';
import type { AdminSettings, FromAdminThread } from './messages.ts';

/** Says what the admin thread has to say, once for each kind of it. */
export function tell(message: Exclude<FromAdminThread, { type: 'question' }>, { host, port }: AdminSettings): void {
  switch (message.type) {
    case 'listening':
      if (port === 0) report(`admin endpoint on http://${inUrl(host)}:${message.port}`);
      return;
    case 'unavailable':
      reportOnce(
        'admin server',
        `no /metrics and no health endpoints: cannot listen on ${inUrl(host)}:${port} ` +
          `(${message.code === 'EADDRINUSE' ? 'the port is taken' : message.message}). The application runs on, and it is tried ` +
          'again. Set runtime.admin.port or CROSSBRIDGE_ADMIN_PORT.',
      );
      return;
    case 'failed':
      reportFailure(message.what, message.message);
  }
}

export function reportFailure(what: string, error: unknown): void {
  const why = messageOf(error);
  reportOnce(`admin ${what}`, `admin endpoint: ${what} failed: ${why}`);
}

/** The thread died. `final`: no other takes its place. */
export function reportDeath(why: string, final: boolean): void {
  reportOnce(
    `admin thread ${final ? 'given up' : 'died'}`,
    final
      ? `the admin endpoint is given up until the next start (${why}). The application runs on.`
      : `the admin endpoint died (${why}) and is started again. The application runs on.`,
  );
}

function inUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

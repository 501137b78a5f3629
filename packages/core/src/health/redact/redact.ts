import { redactDetails } from './details.ts';
import { redactText } from './text.ts';

/** Without secrets and of bounded size: what may leave the process in messages and details. */
export function redact(text: string): string;
export function redact(details: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
export function redact(value: string | Readonly<Record<string, unknown>>): string | Readonly<Record<string, unknown>> {
  return typeof value === 'string' ? redactText(value) : redactDetails(value);
}

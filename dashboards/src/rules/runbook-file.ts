/** The file of an alert's runbook: `CrossBridgeRetryStorm` is explained in `retry-storm.md`. */
export function runbookFile(alert: string): string {
  const name = alert.replace(/^CrossBridge/, '');
  return `${name.replace(/(?!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase()}.md`;
}

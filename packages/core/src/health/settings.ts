import type { HealthChecksConfig } from '../config/types.ts';
import type { RegisterOptions } from './register-options.ts';
import type { SettleSettings } from './settled.ts';

/** What is in force for one check. */
export interface CheckSettings extends SettleSettings {
  /** False: neither scheduled nor counted. It can still be run by its name. */
  readonly enabled: boolean;
  readonly required: boolean | undefined;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly operation: string | undefined;
}

type Timing = 'intervalMs' | 'timeoutMs' | 'failureThreshold' | 'successThreshold';

/**
 * What YAML says of the check by its name wins over what the code said when it registered the check, which wins over the general
 * section: who runs a service has the last word. YAML that says the same as the general section counts as silent, since the finished
 * config has its defaults filled in.
 */
export function settingsOf(name: string, code: RegisterOptions, config: HealthChecksConfig): CheckSettings {
  const yaml = config.providers[name];
  const timing = (field: Timing): number => {
    const own = yaml?.[field];
    return own !== undefined && own !== config[field] ? own : (code[field] ?? config[field]);
  };
  return {
    enabled: yaml?.enabled ?? true,
    required: yaml?.required ?? code.required,
    intervalMs: timing('intervalMs'),
    timeoutMs: timing('timeoutMs'),
    failureThreshold: timing('failureThreshold'),
    successThreshold: timing('successThreshold'),
    minimumDwellMs: code.minimumDwellMs ?? config.minimumDwellMs,
    flapping: { ...config.flapping, ...code.flapping },
    operation: yaml?.operation ?? code.operation,
  };
}

import { processWide } from '../process-wide.ts';
import * as own from './config-error-class.ts';

/** As the other errors: one class for every copy of this package in the process. */
const shared: typeof own = processWide('config_error.v1', () => ({ ...own }));

export type ConfigError = own.ConfigError;
export const ConfigError: typeof own.ConfigError = shared.ConfigError;

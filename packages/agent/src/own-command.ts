import { realpathSync } from 'node:fs';

/**
 * Whether this process is the command line of CrossBridge itself, which a flag in `NODE_OPTIONS` reaches, too. There is nothing in it to protect,
 * and the port of the admin endpoint is the application's.
 */
export function isOwnCommand(program: string | undefined): boolean {
  if (program === undefined || !/(crossbridge|main\.js)$/.test(program)) return false;
  try {
    return /[\\/](@crossbridge|packages)[\\/]agent[\\/]dist[\\/]cli[\\/]main\.js$/.test(realpathSync(program));
  } catch {
    return false;
  }
}

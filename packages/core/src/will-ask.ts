import type { Bridge } from './bridge.ts';
import type { RuntimeConfig } from './config/types.ts';
import { willAskAbout } from './one-authority.ts';

/**
 * Says that hardened clients are going to ask `authorityOver` about operations of a bridge, now and after each reload of its config: so their
 * very first call already knows of the attempts around it.
 *
 * @param names which operations of a config they are
 */
export function willAskAboutThoseOf(bridge: Bridge, names: (config: RuntimeConfig) => Iterable<string>): void {
  const say = (): void => {
    for (const name of names(bridge.config)) willAskAbout(name);
  };
  say();
  bridge.observe({
    wants: () => false,
    on: ({ type }) => {
      if (type === 'config.reloaded') say();
    },
  });
}

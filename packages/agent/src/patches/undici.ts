import { type Fetch, hardenFetch, hardenUndiciRequest } from '@crossbridge/integrations/fetch';
import { type Below, type Control, isPatched, Layer } from './hooks/layer.ts';
import { type ModulePatch, type PatchHost, within } from './patch.ts';

/** Parts of `undici` that its other files take their functions from. */
interface Main {
  readonly Dispatcher?: { readonly prototype: { readonly request?: unknown } };
}

/**
 * `fetch` and `request` of the package, on whatever dispatcher, are put under policies where the package itself takes them from: before its
 * main file has handed them on, and so for every copy and every way of importing them.
 *
 * `stream`, `pipeline`, `connect` and `upgrade` are left alone: their data flows while they run, so nothing of them can be sent twice. Nor is
 * anything done to dispatchers: what is repeated there loses its body.
 */
export const undiciPatch: ModulePatch = {
  module: 'undici',
  versions: '6, 7 and 8',
  supports: (version) => within(version, [6, 0], 8),
  files: [
    {
      name: 'undici/lib/api',
      build: 'cjs',
      install: (exports, host) => [new Layer(exports as object, 'request', requestControl(host))],
    },
    {
      name: 'undici/lib/web/fetch',
      build: 'cjs',
      install: (exports, host) => [new Layer(exports as object, 'fetch', fetchControl(host))],
    },
    { name: 'undici', build: 'cjs', install: (exports, host) => installLate(exports as Main, host) },
  ],
};

/** Where something loaded the package before the agent, the functions have been handed on: what can still be reached is patched. */
function installLate(main: Main, host: PatchHost): readonly Layer[] {
  const dispatcher = main.Dispatcher?.prototype;
  if (dispatcher === undefined) throw new Error('there is no class Dispatcher');
  if (isPatched(dispatcher.request)) return [];
  return [
    new Layer(dispatcher, 'request', requestControl(host)),
    new Layer(main, 'request', requestControl(host)),
    new Layer(main, 'fetch', fetchControl(host)),
  ];
}

function requestControl(host: PatchHost): Control {
  return controlOf((below) =>
    hardenUndiciRequest(
      function request(this: unknown, ...args: unknown[]) {
        return below(this, args);
      },
      { bridge: host.bridge, operation: (matched) => host.operation(matched) },
    ),
  );
}

function fetchControl(host: PatchHost): Control {
  return controlOf((below) =>
    hardenFetch((...args) => below(undefined, args) as ReturnType<Fetch>, {
      bridge: host.bridge,
      operation: (matched) => host.operation(matched),
    }),
  );
}

/** A control that makes its function once, and once more when what is below has changed. */
function controlOf(harden: (below: Below) => (...args: never[]) => unknown): Control {
  let made: { readonly below: Below; readonly hardened: (...args: never[]) => unknown } | undefined;
  return (self, args, below) => {
    if (made?.below !== below) made = { below, hardened: harden(below) };
    return Reflect.apply(made.hardened, self, args);
  };
}

import { Session } from 'node:inspector';

interface InternalProperties {
  readonly internalProperties?: readonly {
    readonly name: string;
    readonly value?: { readonly value?: { readonly scriptId: string; readonly lineNumber: number } };
  }[];
}

const HELD: unique symbol = Symbol.for('crossbridge.doctor.function');

/** Name and place of a function, as far as the engine tells: `fetch (file:///app/tracing.js:12)`. */
export function placeOf(fn: { readonly name: string }): string {
  const name = fn.name === '' ? 'a function without a name' : fn.name;
  const holder = globalThis as { [HELD]?: unknown };
  const session = new Session();
  try {
    session.connect();
    const scripts = new Map<string, string>();
    session.on('Debugger.scriptParsed', ({ params }) => scripts.set(params.scriptId, params.url));
    session.post('Debugger.enable');
    holder[HELD] = fn;
    let place: string | undefined;
    session.post(
      'Runtime.evaluate',
      { expression: `globalThis[Symbol.for('${HELD.description}')]` },
      (failed, answer) => {
        const objectId = failed === null ? answer.result.objectId : undefined;
        if (objectId === undefined) return;
        session.post('Runtime.getProperties', { objectId, ownProperties: true }, (error, properties) => {
          if (error === null) place = placeIn(properties as InternalProperties, scripts);
        });
      },
    );
    return place === undefined ? name : `${name} (${place})`;
  } catch {
    return name;
  } finally {
    delete holder[HELD];
    session.disconnect();
  }
}

function placeIn({ internalProperties = [] }: InternalProperties, scripts: Map<string, string>): string | undefined {
  const location = internalProperties.find(({ name }) => name === '[[FunctionLocation]]')?.value?.value;
  const url = location === undefined ? undefined : scripts.get(location.scriptId);
  return location === undefined || !url ? undefined : `${url}:${location.lineNumber + 1}`;
}

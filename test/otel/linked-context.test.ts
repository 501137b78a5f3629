import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { context, createContextKey, propagation, ROOT_CONTEXT } from '@opentelemetry/api';
import { afterEach, describe, expect, it } from 'vitest';
import { LinkedContext } from '../../packages/otel/src/linked-context.ts';
import { createOtelObserver } from '../../packages/otel/src/otel-observer.ts';
import { startOtel, stopOtel } from '../support/otel.ts';
import { driveCall, SUCCESS } from '../support/otel-driver.ts';

afterEach(stopOtel);

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

const A = createContextKey('a');
const B = createContextKey('b');
const C = createContextKey('c');

describe('a linked context', () => {
  it('says what the contexts around it say, except of its own key', () => {
    const around = ROOT_CONTEXT.setValue(A, 1).setValue(B, 1);
    const inner = new LinkedContext(around, A, 2);
    expect([inner.getValue(A), inner.getValue(B), inner.getValue(C)]).toEqual([2, 1, undefined]);
    expect([around.getValue(A), inner.deleteValue(A).getValue(A), inner.getValue(A)]).toEqual([1, undefined, 2]);
  });

  it('says the same however many values were set before', () => {
    let inner = ROOT_CONTEXT.setValue(C, 'root');
    for (let n = 0; n <= 50_000; n += 1) {
      inner = new LinkedContext(inner, A, n);
      if (n % 100 === 0) inner = inner.setValue(B, n).deleteValue(C);
      if (n % 200 === 0) inner = inner.setValue(C, n);
    }
    expect([inner.getValue(A), inner.getValue(B), inner.getValue(C)]).toEqual([50_000, 50_000, 50_000]);
    expect(inner.getValue(createContextKey('nobody'))).toBeUndefined();
  });

  it('does not hold on to what was set anew since', async () => {
    let inner = ROOT_CONTEXT;
    const held: WeakRef<object>[] = [];
    for (let n = 0; n < 1_000; n += 1) {
      const value = { n };
      held.push(new WeakRef(value));
      inner = new LinkedContext(inner, A, value);
    }
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    expect(held.filter((each) => each.deref() !== undefined).length).toBeLessThan(100);
    expect(inner.getValue(A)).toEqual({ n: 999 });
  });
});

it('lets a call begin the next one from inside itself, over and over, as pollers do', async () => {
  startOtel();
  const observer = createOtelObserver();
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const poll = async (left: number): Promise<void> => {
    await driveCall(observer, {}, async (call) => {
      await call.attempt({
        run: () => (left > 0 ? setImmediate(() => void poll(left - 1).catch(reject)) : resolve(read())),
      });
      return SUCCESS;
    });
  };
  const read = (): unknown => propagation.getBaggage(context.active())?.getEntry('tenant')?.value;
  const baggage = propagation.createBaggage({ tenant: { value: 'acme' } });
  context.with(propagation.setBaggage(ROOT_CONTEXT, baggage), () => void poll(8_000).catch(reject));
  expect(await promise).toBe('acme');
});

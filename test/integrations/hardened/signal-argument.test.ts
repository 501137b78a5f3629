import { expect, it } from 'vitest';
import { signalIn, withAttemptSignal } from '../../../packages/integrations/src/hardened/signal-argument.ts';

const { signal } = new AbortController();

it.each<[string, readonly unknown[], number | undefined]>([
  ['no arguments', [], undefined],
  ['options with a signal', ['prompt', { signal }], 1],
  ['the last of several', [{ signal: new AbortController().signal }, { signal }], 1],
  ['options without a signal', ['prompt', { temperature: 0 }], undefined],
  ['something else of that name', [{ signal: 'SIGTERM' }], undefined],
  [
    'an object of a class',
    [
      new (class Request {
        readonly signal = signal;
      })(),
    ],
    undefined,
  ],
  ['options without a prototype', [Object.assign(Object.create(null), { signal })], 0],
  ['null and undefined', [null, undefined], undefined],
])('finds the signal in %s', (_what, args, index) => {
  expect(signalIn(args)?.index).toBe(index);
});

it('gives an attempt a signal that ends with the attempt and with the caller, and leaves the arguments as they are', () => {
  const [caller, attempt] = [new AbortController(), new AbortController()];
  const args = ['prompt', { signal: caller.signal, temperature: 0 }] as const;
  const given = (): { signal: AbortSignal; temperature: number } =>
    withAttemptSignal(args, signalIn(args), attempt)[1] as { signal: AbortSignal; temperature: number };
  const first = given();
  expect([first.temperature, first.signal.aborted]).toEqual([0, false]);
  attempt.abort();
  expect([first.signal.aborted, args[1].signal]).toEqual([true, caller.signal]);
  const other = withAttemptSignal(args, signalIn(args), new AbortController())[1] as { signal: AbortSignal };
  caller.abort('enough');
  expect(other.signal.reason).toBe('enough');
});

it('asks an attempt for no signal where the caller gave none', () => {
  const attempt = {
    get signal(): AbortSignal {
      throw new Error('asked');
    },
  };
  const args = ['prompt'];
  expect(withAttemptSignal(args, signalIn(args), attempt)).toBe(args);
});

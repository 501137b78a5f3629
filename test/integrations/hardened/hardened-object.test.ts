import { describe, expect, it } from 'vitest';
import {
  hardenedObject,
  type MethodCall,
  originalOf,
} from '../../../packages/integrations/src/hardened/hardened-object.ts';

const noted: string[] = [];
const note =
  (text: string): MethodCall =>
  (invoke, args) => {
    noted.push(text);
    return invoke(args);
  };

function harden<T extends object>(object: T, methods: readonly string[] = ['ask'], text = 'hardened'): T {
  noted.length = 0;
  return hardenedObject(object, new Map(methods.map((method) => [method, note(text)])));
}

class Client {
  static readonly kind = 'client';
  #asked = 0;
  name = 'original';
  readonly Options: typeof Options = Options;

  get asked(): number {
    return this.#asked;
  }

  set asked(value: number) {
    this.#asked = value;
  }

  ask(by = 1): number {
    this.#asked += by;
    return this.#asked;
  }

  askTwice(): number {
    this.ask();
    return this.ask();
  }

  chain(): this {
    return this;
  }

  self(): unknown {
    return this;
  }
}

class Options {}

describe('a hardened object', () => {
  it('runs its methods and getters on the original, private fields included', () => {
    const original = new Client();
    const client = harden(original);
    expect([client.ask(2), client.asked, original.asked]).toEqual([2, 2, 2]);
    expect(noted).toEqual(['hardened']);
  });

  it('does not harden what the original calls on itself', () => {
    expect(harden(new Client()).askTwice()).toBe(2);
    expect(noted).toEqual([]);
  });

  it('writes to the original, setters included', () => {
    const original = new Client();
    const client = harden(original);
    client.asked = 5;
    client.name = 'changed';
    expect([original.asked, original.name]).toEqual([5, 'changed']);
  });

  it('stays hardened through methods that return their object', () => {
    const client = harden(new Client());
    expect(client.chain()).toBe(client);
    client.chain().ask();
    expect(noted).toEqual(['hardened']);
  });

  it('gives the same function each time, with its name and length, and goes on when the method is replaced', () => {
    const original = new Client();
    const client = harden(original);
    expect(client.ask).toBe(client.ask);
    expect([client.askTwice.name, client.ask.name, client.ask.length]).toEqual(['askTwice', 'ask', 0]);
    const before = client.ask;
    original.ask = () => 42;
    expect(client.ask).not.toBe(before);
    expect(client.ask()).toBe(42);
    expect(noted).toEqual(['hardened']);
  });

  it('shows classes, the constructor among them, as they are', () => {
    const client = harden(new Client());
    expect(client.constructor).toBe(Client);
    expect(client.Options).toBe(Options);
    expect(client).toBeInstanceOf(Client);
    const OldClient = function OldClient(): void {} as unknown as new () => object;
    expect(harden(new OldClient()).constructor).toBe(OldClient);
  });

  it('leaves `this` to whoever names another', () => {
    const client = harden(new Client());
    const other = new Client();
    expect(client.ask.call(other, 7)).toBe(7);
    expect([client.asked, other.asked]).toEqual([0, 7]);
    const { self } = client;
    expect(self()).toBe(undefined);
  });

  it('serves as a prototype', () => {
    const child: Client = Object.create(harden(new Client()));
    child.name = 'child';
    expect([child.name, (Object.getPrototypeOf(child) as Client).name]).toEqual(['child', 'original']);
    expect(child.self()).toBe(child);
  });

  it('works where the object is frozen', () => {
    const original = Object.freeze({ ask: () => 1, other: () => 2, data: 3 });
    const object = harden(original);
    expect([object.ask(), object.other(), object.data, Object.keys(object)]).toEqual([
      1,
      2,
      3,
      ['ask', 'other', 'data'],
    ]);
    expect(noted).toEqual(['hardened']);
    expect(() => {
      (object as { data: number }).data = 4;
    }).toThrow(TypeError);
  });

  it('works where the object is a module', async () => {
    const module = await import('../../support/virtual-clock.ts');
    const object = harden(module, ['settle']);
    await object.settle();
    expect(noted).toEqual(['hardened']);
    expect(new object.VirtualClock()).toBeInstanceOf(module.VirtualClock);
  });

  it('works where the object is a function, which can still be called', () => {
    const tag = Object.assign((text: string) => text.length, { ask: () => 1 });
    const object = harden(tag);
    expect([object('four'), object.ask(), noted]).toEqual([4, 1, ['hardened']]);
  });

  it('reads a member that is not there as undefined', () => {
    const client = harden(new Client()) as unknown as Record<string, unknown>;
    expect(client.nobody).toBeUndefined();
    expect('nobody' in client).toBe(false);
    expect('ask' in client).toBe(true);
  });
});

describe('an object that is hardened again', () => {
  it('is one layer, by the calls that came last', () => {
    const original = new Client();
    const twice = harden(harden(original, ['ask'], 'first'), ['ask'], 'second');
    twice.ask();
    expect(noted).toEqual(['second']);
    expect(originalOf(twice)).toBe(original);
  });

  it('keeps what only the wrapper before had hardened', () => {
    const twice = harden(harden(new Client(), ['ask'], 'first'), ['self'], 'second');
    twice.ask();
    twice.self();
    expect(noted).toEqual(['first', 'second']);
  });

  it('leaves the object that was hardened before as it was', () => {
    const first = harden(new Client(), ['ask'], 'first');
    harden(first, ['ask'], 'second');
    first.ask();
    expect(noted).toEqual(['first']);
  });
});

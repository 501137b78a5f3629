import { promisify } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { Layer } from '../../../../packages/agent/src/patches/hooks/layer.ts';

type Query = ((this: unknown, ...args: unknown[]) => unknown) & { [name: string]: unknown };

function client() {
  class Client {
    readonly asked: unknown[][] = [];
    query(...args: unknown[]): unknown {
      this.asked.push(args);
      return `answer to ${String(args[0])}`;
    }
  }
  return Client;
}

/** Notes each call that passes, and goes on. */
function noting(holder: object, into: string[], name = 'ours'): Layer {
  return new Layer(holder, 'query', (self, args, below) => {
    into.push(name);
    return below(self, args);
  });
}

/** What OpenTelemetry's instrumentations do when a module is loaded: they take off what bears their marks, then wrap. */
function instrument(holder: { query: unknown }, into: string[], name: string): void {
  const current = holder.query as Query;
  if (current.__wrapped === true) (current.__unwrap as () => void)();
  const original = holder.query as Query;
  const wrapped = function (this: unknown, ...args: unknown[]): unknown {
    into.push(name);
    return Reflect.apply(original, this, args);
  };
  const mark = (key: string, value: unknown): unknown => Object.defineProperty(wrapped, key, { value });
  mark('__original', original);
  mark('__unwrap', () => {
    if (holder.query === wrapped) holder.query = original;
  });
  mark('__wrapped', true);
  Object.defineProperty(holder, 'query', { value: wrapped, writable: true, configurable: true, enumerable: false });
}

describe('a layer', () => {
  it('hands on the object and the very same arguments', () => {
    const Client = client();
    noting(Client.prototype, []);
    const one = new Client();
    expect(one.query('a', undefined)).toBe('answer to a');
    expect(one.asked).toEqual([['a', undefined]]);
    expect(one.asked[0]).toHaveLength(2);
  });

  it('looks like the method: name, length, no further key of the prototype, what promisify asks for', async () => {
    const Client = client();
    const own = async (): Promise<string> => 'promisified';
    Object.assign(Client.prototype.query, { [promisify.custom]: own });
    Object.defineProperty(Client.prototype.query, 'length', { value: 3 });
    noting(Client.prototype, []);
    expect(Client.prototype.query.name).toBe('query');
    expect(Client.prototype.query.length).toBe(3);
    expect(Object.keys(Client.prototype)).toEqual([]);
    expect(await promisify(Client.prototype.query as () => void)()).toBe('promisified');
  });

  it('looks like the method itself in front of a wrapper that does not', () => {
    const Client = client();
    Object.defineProperty(Client.prototype.query, 'length', { value: 3 });
    instrument(Client.prototype, [], 'otel');
    expect(Client.prototype.query.length).toBe(0);
    noting(Client.prototype, []);
    expect([Client.prototype.query.name, Client.prototype.query.length]).toEqual(['query', 3]);
  });

  it('bears none of the marks by which others take wrappers off, not even those of one below it', () => {
    const Client = client();
    instrument(Client.prototype, [], 'otel');
    noting(Client.prototype, []);
    expect(Object.getOwnPropertyNames(Client.prototype.query)).not.toContain('__wrapped');
    expect(Reflect.ownKeys(Client.prototype.query).map(String)).toContain('Symbol(crossbridge.patched.v1)');
  });

  it('is in front of what was there before', () => {
    const Client = client();
    const seen: string[] = [];
    instrument(Client.prototype, seen, 'otel');
    const layer = noting(Client.prototype, seen);
    new Client().query('a');
    expect(seen).toEqual(['ours', 'otel']);
    expect(layer.outermost).toBe(true);
  });

  it('moves to the front of what came after it, and acts once', () => {
    const Client = client();
    const seen: string[] = [];
    const layer = noting(Client.prototype, seen);
    instrument(Client.prototype, seen, 'otel');
    expect(layer.outermost).toBe(false);
    layer.ensure();
    new Client().query('a');
    expect(seen).toEqual(['ours', 'otel']);
    expect(layer.outermost).toBe(true);
  });

  it('moves to the front by itself at the first call', () => {
    const Client = client();
    const seen: string[] = [];
    const layer = noting(Client.prototype, seen);
    instrument(Client.prototype, seen, 'otel');
    new Client().query('a');
    expect(layer.outermost).toBe(true);
    expect(seen).toEqual(['otel', 'ours']);
    seen.length = 0;
    new Client().query('b');
    expect(seen).toEqual(['ours', 'otel']);
  });

  it('acts on, once, when a spy that it has moved in front of puts back what it found', () => {
    const Client = client();
    const seen: string[] = [];
    const layer = noting(Client.prototype, seen);
    for (let round = 0; round < 3; round += 1) {
      const spy = vi.spyOn(Client.prototype, 'query');
      new Client().query('a');
      new Client().query('b');
      expect(spy).toHaveBeenCalledTimes(2);
      spy.mockRestore();
      expect(seen.splice(0)).toEqual(['ours', 'ours']);
      expect(new Client().query('c')).toBe('answer to c');
      expect(seen.splice(0)).toEqual(['ours']);
      expect(layer.outermost).toBe(true);
    }
  });

  it('lets the instrumentation of a second SDK take the place of that of the first, as it would have without us', () => {
    const Client = client();
    const seen: string[] = [];
    instrument(Client.prototype, seen, 'first');
    const layer = noting(Client.prototype, seen);
    instrument(Client.prototype, seen, 'second');
    layer.ensure();
    new Client().query('a');
    expect(seen).toEqual(['ours', 'second']);
  });

  it('keeps what wrapped it without such marks', () => {
    const Client = client();
    const seen: string[] = [];
    instrument(Client.prototype, seen, 'otel');
    const layer = noting(Client.prototype, seen);
    const before = Client.prototype.query;
    Client.prototype.query = function (this: InstanceType<typeof Client>, first: unknown): unknown {
      seen.push('somebody');
      return before.call(this, first);
    };
    layer.ensure();
    new Client().query('a');
    expect(seen).toEqual(['ours', 'somebody', 'otel']);
  });

  it('gives up where another one insists on being in front, and says so', () => {
    const Client = client();
    const seen: string[] = [];
    const layer = noting(Client.prototype, seen);
    for (let round = 0; round < 20; round += 1) {
      instrument(Client.prototype, [], 'other');
      layer.ensure();
    }
    expect(layer.outermost).toBe(false);
    new Client().query('a');
    expect(seen).toEqual(['ours']);
  });

  it('stays where it is when the method is locked in front of it', () => {
    const Client = client();
    const seen: string[] = [];
    const layer = noting(Client.prototype, seen);
    const before = Client.prototype.query;
    Object.defineProperty(Client.prototype, 'query', {
      value: (...args: [unknown]) => Reflect.apply(before, new Client(), args),
      configurable: false,
      writable: false,
    });
    layer.ensure();
    expect(Client.prototype.query('a')).toBe('answer to a');
    expect(seen).toEqual(['ours']);
    expect(layer.outermost).toBe(false);
  });

  it('says what is missing', () => {
    expect(() => new Layer({}, 'query', () => undefined)).toThrow('there is no method query');
  });
});

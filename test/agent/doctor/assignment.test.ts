import { describe, expect, it } from 'vitest';
import { onAssignment } from '../../../packages/agent/src/doctor/assignment.ts';

class Pool {
  declare readonly name: string;
  declare options: { max: number };

  constructor(name: string, max: number) {
    this.name = name;
    this.options = { max };
  }
}

describe('what a constructor assigns', () => {
  it('is noticed, also of a subclass, and is as it was without', () => {
    class Plain extends Pool {}
    const before = Object.getOwnPropertyDescriptors(new Plain('a', 3));
    const made: object[] = [];
    onAssignment(Pool.prototype, 'options', (pool) => made.push(pool));
    class Sub extends Pool {}
    const pools = [new Pool('a', 3), new Sub('b', 4)];
    expect(made).toEqual(pools);
    expect(Object.getOwnPropertyDescriptors(pools[0])).toEqual(before);
    expect(Object.keys(pools[1] as Pool)).toEqual(['name', 'options']);
    const [pool] = pools as [Pool, Pool];
    pool.options = { max: 9 };
    expect(pool.options.max).toBe(9);
    expect(made).toHaveLength(2);
  });

  it('is told of once, whoever watches a second time, and an accessor of the class stays', () => {
    class Client {
      static assigned = 0;
      get options(): number {
        return 1;
      }
      set options(_: number) {
        Client.assigned += 1;
      }
      constructor() {
        this.options = 2;
      }
    }
    const told: object[] = [];
    onAssignment(Client.prototype, 'options', (client) => told.push(client));
    expect(new Client().options).toBe(1);
    expect([Client.assigned, told]).toEqual([1, []]);
  });
});

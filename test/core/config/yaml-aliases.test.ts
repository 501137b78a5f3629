import { describe, expect, it } from 'vitest';
import { parse, problemsOf, yaml } from '../../support/config.ts';

describe('aliases and merge keys', () => {
  it('work, from anchors in sections of others too', () => {
    const { config } = parse(yaml`
      templates:
        limits: &limits {capacity: 3, window: 10s}
        base: &base
          timeout: {total: 9s}
          retry: quick
      runtime:
        operations:
          a:
            <<: *base
            retry: expensive
            rate_limit: *limits
          b:
            <<: [{retry: false}, *base]
        <<: {admin: {port: 1}}
    `);
    expect(config.operations.a).toMatchObject({
      timeout: { totalMs: 9000 },
      retry: { maxAttempts: 5 },
      rateLimit: { capacity: 3, windowSeconds: 10 },
    });
    expect(config.operations.b).toMatchObject({ timeout: { totalMs: 9000 }, retry: false });
    expect(config.admin.port).toBe(1);
  });

  it('are found where they were written when they are wrong', () => {
    const text = yaml`
      base: &base
        retry: qick
      runtime:
        operations:
          a: {<<: *base}
          b: *base
    `;
    expect(problemsOf(text)).toEqual([
      expect.stringContaining('2:10 runtime.operations.a.retry: no retry policy is called qick; did you mean "quick"?'),
      expect.stringContaining('2:10 runtime.operations.b.retry: no retry policy is called qick; did you mean "quick"?'),
    ]);
  });

  it('mean the last anchor of that name before them', () => {
    const { config } = parse('a: &p 1\nb: &p 2\nruntime: {admin: {port: *p}}\nc: &p 3');
    expect(config.admin.port).toBe(2);
  });

  it.each([
    ['runtime: *nowhere', '1:10 runtime: the alias has no anchor before it'],
    ['runtime: {admin: {port: *nowhere}}', '1:25 runtime.admin.port: the alias has no anchor before it'],
    ['runtime: {operations: &o {a: *o}}', '1:30 runtime.operations.a: the value contains itself through an alias'],
    [
      'runtime: {operations: {a: {<<: 5}}}',
      '1:28 runtime.operations.a["<<"]: "<<" merges maps only: give it a map or an alias of one',
    ],
    ['runtime: {admin: {port: !secret 5}}', '1:33 runtime.admin.port: the tag !secret means nothing here; remove it'],
    ['runtime: {operations: {? [a, b] : {}}}', '1:26 runtime.operations["?"]: a key must be a simple text'],
    ['runtime: {operations: {__proto__: {}}}', '1:24 runtime.operations.__proto__: "__proto__" cannot be a key'],
  ])('%s is refused', (text, problem) => {
    expect(problemsOf(text)).toContain(problem);
  });

  it('cannot unfold a small file into a huge one', () => {
    const levels = Array.from(
      { length: 30 },
      (_, level) => `  l${level + 1}: &l${level + 1} {a: *l${level}, b: *l${level}}`,
    );
    const merges = levels.map((line) => line.replaceAll(/: \*(\w+)/g, ': {<<: *$1}'));
    for (const bomb of [levels, merges]) {
      for (const use of ['*l30', '{<<: *l30}']) {
        const problems = problemsOf(`bomb:\n  l0: &l0 {x: 1}\n${bomb.join('\n')}\nruntime:\n  operations: ${use}`);
        expect(problems.filter((problem) => problem.includes('aliases repeat more than 10000 values'))).toHaveLength(1);
      }
    }
  });
});

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders are what some of this is about.
import { resolveRuntimeConfig } from '@crossbridge/core/config';
import { describe, expect, it } from 'vitest';
import { errorOf, parse, problemsOf, warningsOf, yaml } from '../../support/config.ts';

/** A rule in flow style, on line 3. */
const rule = (text: string): string => `runtime:\n  error_rules:\n    - ${text}`;

describe('error_rules', () => {
  it('say in YAML what a rule says in code', () => {
    const { config, warnings } = parse(yaml`
      runtime:
        error_rules:
          - name: replica-lag
            match:
              status: [409, 5XX]
              code: not_ready
              name: [ConflictError, Conflict]
              sqlstate: ["40", "55P03"]
              errno: 1205
              label: [A, B]
              reply: BUSY
            class: rolled_back
            retryable: true
            not_executed: false
            breaker: ignored
            why: the replica lags
          - match: {message: pool is drained}
            not_executed: true
    `);
    expect(warnings).toEqual([]);
    expect(config.errorRules).toEqual([
      {
        name: 'replica-lag',
        match: {
          status: [409, '5xx'],
          code: ['not_ready'],
          name: ['ConflictError', 'Conflict'],
          sqlstate: ['40', '55P03'],
          errno: [1205],
          label: ['A', 'B'],
          reply: ['BUSY'],
        },
        class: 'rolled_back',
        retryable: true,
        notExecuted: false,
        breaker: 'ignored',
        why: 'the replica lags',
      },
      { name: 'error_rules[1]', match: { message: ['pool is drained'] }, notExecuted: true },
    ]);
    expect(Object.isFrozen(config.errorRules[0]?.match)).toBe(true);
  });

  it('are none unless they are written', () => {
    expect(resolveRuntimeConfig().errorRules).toEqual([]);
    expect(parse('runtime: {error_rules: , operations: {a: {error_rules: }}}').config.operations.a).not.toHaveProperty(
      'errorRules',
    );
  });

  it.each([
    ['{class: transient}', '3:7 runtime.error_rules[0].match: missing: expected a map with status, code, '],
    ['{match: {}, class: money}', '3:15 runtime.error_rules[0].match: names nothing, so no error could match'],
    [
      '{match: {code: A}, why: so}',
      '3:7 runtime.error_rules[0]: says nothing about the errors that match; give it at least one of class, retryable, not_executed, breaker',
    ],
    [
      '{match: {stauts: 409}, class: money}',
      '3:16 runtime.error_rules[0].match.stauts: unknown key "stauts"; did you mean "status"?',
    ],
    ['{match: {code: A}, clas: money}', '3:26 runtime.error_rules[0].clas: unknown key "clas"; did you mean "class"?'],
    [
      '{match: {code: A}, class: transiant}',
      'expected one of not_executed, rolled_back, throttled, transient, unknown_outcome, permanent, money, refused, cancelled, program, unclassified, got transiant; did you mean "transient"?',
    ],
    ['{match: {code: A}, breaker: succes}', 'got succes; did you mean "success"?'],
    [
      '{match: {status: 600}, class: money}',
      '3:24 runtime.error_rules[0].match.status: expected a whole number from 100',
    ],
    [
      '{match: {status: [409, 6xx]}, class: money}',
      '3:30 runtime.error_rules[0].match.status[1]: expected a number from 100 to 599, or a class such as 5xx, got 6xx',
    ],
    [
      '{match: {status: "409"}, class: money}',
      'expected a number from 100 to 599, or a class such as 5xx, got "409"; a text is no number: remove the quotes',
    ],
    ['{match: {code: []}, class: money}', 'runtime.error_rules[0].match.code: expected at least one value, got '],
    [
      '{match: {code: 14}, class: money}',
      'expected an error code, or a list of them, got 14; put it in quotes to make it a text',
    ],
    [
      '{match: {code: [A, 14]}, class: money}',
      'runtime.error_rules[0].match.code[1]: expected an error code, got 14; put it in quotes to make it a text',
    ],
    [
      '{match: {sqlstate: 40001}, class: money}',
      'expected an SQLSTATE in quotes: its five characters ("40001"), or the two of its class ("40"), or a list of them, got 40001; put it in quotes to make it a text',
    ],
    ['{match: {sqlstate: "40*"}, class: money}', 'or the two of its class ("40"), got "40*"'],
    [
      '{match: {errno: "1205"}, class: money}',
      'expected a number of a server error, or a list of them, got "1205"; a text is no number',
    ],
    ['{match: {code: A}, retryable: yes}', 'expected true or false, got yes'],
    ['5', 'expected a map with name, match, class, retryable, not_executed, breaker, why, got 5'],
  ])('refuse %s', (text, message) => {
    expect(problemsOf(rule(text))).toEqual([expect.stringContaining(message)]);
  });

  it('refuse two of the same name in one list, not in two', () => {
    const text = yaml`
      runtime:
        operations:
          search:
            error_rules: [{name: a, match: {code: A}, class: money}]
        error_rules:
          - {name: a, match: {code: A}, class: money}
          - {name: b, match: {code: B}, class: money}
          - {name: a, match: {code: C}, class: money}
    `;
    expect(problemsOf(text)).toEqual([
      '8:14 runtime.error_rules[2].name: runtime.error_rules[0] is called so, too, and reports could not tell them apart; give this rule a name of its own',
    ]);
  });

  it('tell problems of an operation where they stand, and those of code in its own words', () => {
    expect(problemsOf('runtime: {operations: {a: {error_rules: [{match: {code: A}}]}}}')).toEqual([
      expect.stringContaining('1:42 runtime.operations.a.error_rules[0]: says nothing'),
    ]);
    const inCode = errorOf(() =>
      resolveRuntimeConfig({ operations: { a: { errorRules: [{ match: { code: 'A' } }] } } }),
    );
    expect(inCode.problems).toEqual([
      expect.objectContaining({
        path: 'operations.a.errorRules[0]',
        message: expect.stringContaining('class, retryable, notExecuted, breaker'),
      }),
    ]);
  });

  it('are refused under a name that is nearly right', () => {
    expect(problemsOf('runtime: {error_rule: []}')).toEqual([expect.stringContaining('did you mean "error_rules"?')]);
    expect(problemsOf('runtime: {operations: {a: {errorRules: []}}}')).toEqual([
      expect.stringContaining('unknown key "errorRules"; did you mean "error_rules"?'),
    ]);
  });

  it('may take their values from the environment, which no report repeats', () => {
    const text = 'runtime:\n  error_rules:\n    - {match: {code: "${CODE}"}, class: "${CLASS}"}';
    expect(parse(text, { CODE: 'A', CLASS: 'money' }).config.errorRules[0]).toMatchObject({ class: 'money' });
    expect(problemsOf(text, { CODE: 'A', CLASS: 'hunter2' }).join()).not.toContain('hunter2');
  });
});

describe('the linter', () => {
  const list = (...rules: readonly string[]): string =>
    `runtime:\n  error_rules:\n${rules.map((one) => `    - {${one}}`).join('\n')}`;

  it('warns of a rule that an earlier one leaves nothing', () => {
    expect(
      warningsOf(list('match: {status: 4xx}, class: permanent', 'match: {status: 409}, class: transient')),
    ).toEqual([
      '4:15 runtime.error_rules[1].match: never decides: whatever it matches, runtime.error_rules[0] matches already; put it before, or narrow what stands there',
    ]);
    expect(
      warningsOf(
        list(
          'match: {code: A}, class: money',
          'match: {code: B}, class: money',
          'match: {code: [A, B]}, retryable: false',
        ),
      ),
    ).toEqual([
      expect.stringContaining('runtime.error_rules[2].match: never decides: whatever it matches, the rules before it'),
    ]);
    expect(
      warningsOf(list('match: {status: 409}, class: transient', 'match: {status: 4xx}, class: permanent')),
    ).toEqual([]);
  });

  it('compares the rules of one list only: an operation is meant to differ', () => {
    const text = yaml`
      runtime:
        operations:
          a: {error_rules: [{match: {code: A}, class: transient}]}
          b: {error_rules: [{match: {code: B}, class: money}, {match: {code: B}, class: permanent}]}
        error_rules: [{match: {code: A}, class: permanent}]
    `;
    expect(warningsOf(text)).toEqual([
      expect.stringContaining('4:65 runtime.operations.b.error_rules[1].match: never'),
    ]);
  });

  it('warns of a message that is not looked at', () => {
    expect(warningsOf(list('match: {message: x, status: 500}, class: transient'))).toEqual([
      expect.stringContaining('runtime.error_rules[0].match.message: never decides: a message is not looked at'),
    ]);
  });

  it('warns of a class that does not go with being retried', () => {
    expect(warningsOf(list('match: {code: A}, class: permanent, retryable: true'))).toEqual([
      expect.stringContaining('3:55 runtime.error_rules[0].retryable: makes errors retryable of which the class says'),
    ]);
    expect(warningsOf(list('match: {code: A}, class: transient, retryable: true'))).toEqual([]);
    expect(warningsOf(list('match: {code: A}, class: transient, retryable: false'))).toEqual([]);
  });

  const money = 'makes refusals for money (insufficient_quota and the like) retryable, which no wait can help';

  it.each([
    'match: {code: insufficient_quota}, class: throttled',
    'match: {code: [other, billing_error]}, retryable: true',
    'match: {status: 429}, class: transient',
    'match: {status: 4xx}, retryable: true',
    'match: {status: 402}, class: transient',
    'match: {status: 429, name: RateLimitError}, class: throttled',
  ])('warns of a rule that retries an empty account: %s', (text) => {
    expect(warningsOf(list(text))).toEqual([expect.stringContaining(`3:15 runtime.error_rules[0].match: ${money}`)]);
  });

  it.each([
    'match: {status: 429}, breaker: ignored',
    'match: {status: 429, code: slow_down}, class: transient',
    'match: {status: 5xx}, class: transient',
    'match: {status: 429}, class: transient, retryable: false',
    'match: {code: insufficient_quota}, class: money',
    'match: {status: 429, name: MyError}, class: throttled',
  ])('does not warn of %s', (text) => {
    expect(warningsOf(list(text))).toEqual([]);
  });

  it('is content when a rule before it takes the refusals for money', () => {
    const codes =
      'insufficient_quota, billing_hard_limit_reached, billing_not_active, billing_error, credit_balance_exhausted, enforced_spend_limit_reached, contract_spend_limit_reached';
    const rules = [`match: {code: [${codes}]}, class: money`, 'match: {status: 429}, class: transient'];
    expect(warningsOf(list(...rules))).toEqual([]);
    expect(warningsOf(list(...rules.toReversed()))).toEqual([expect.stringContaining(money)]);
  });
});

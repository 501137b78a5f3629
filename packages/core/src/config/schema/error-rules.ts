import * as z from 'zod';
import { BREAKER_MEANINGS, type ErrorClass, MEANINGS } from '../../classification/error-class.ts';
import type { StatusClass } from '../../classification/error-rule.ts';
import type { ErrorRulesInput } from '../input.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import type { Dialect } from './dialect.ts';
import { expected, flag, list, number, oneOf, oneOrMore, text } from './fields.ts';
import { optional, section } from './section.ts';

const CLASSES = Object.keys(MEANINGS) as ErrorClass[];
const STATUS = 'a number from 100 to 599, or a class such as 5xx';
const STATE = 'an SQLSTATE in quotes: its five characters ("40001"), or the two of its class ("40")';

export function errorRules(dialect: Dialect): z.ZodType<ErrorRulesInput> {
  const statusClass = z
    .string(expected(STATUS))
    .regex(/^[1-5][xX][xX]$/, expected(STATUS))
    .transform((value) => value.toLowerCase() as StatusClass);
  const status = z.union([number({ whole: true, min: 100, max: 599 }), statusClass], expected(STATUS));
  const sqlstate = z.string(expected(STATE)).regex(/^[0-9A-Z]{2}(?:[0-9A-Z]{3})?$/, expected(STATE));
  const match = section(
    dialect,
    {
      status: oneOrMore(status, `${STATUS}, or a list of them`),
      code: oneOrMore(text('an error code'), 'an error code, or a list of them'),
      name: oneOrMore(text('the name of an error'), 'the name of an error, or a list of them'),
      sqlstate: oneOrMore(sqlstate, `${STATE}, or a list of them`),
      errno: oneOrMore(number({ whole: true }), 'a number of a server error, or a list of them'),
      label: oneOrMore(text('the label of an error'), 'the label of an error, or a list of them'),
      reply: oneOrMore(text('the first word of a reply'), 'the first word of a reply, or a list of them'),
      message: oneOrMore(text('a whole message'), 'a whole message, or a list of them'),
    },
    DESCRIPTIONS.errorMatch,
  );
  const rule = section(
    dialect,
    {
      name: text('a name for the rule'),
      match,
      class: oneOf(CLASSES),
      retryable: flag(),
      notExecuted: flag(),
      breaker: oneOf(BREAKER_MEANINGS),
      why: text('a reason in a few words'),
    },
    DESCRIPTIONS.errorRule,
  );
  return list(optional(rule), 'rules with match and class');
}

import { type ErrorRule, rows } from '../error-rule.ts';

const NOT_ITS_FAULT = { breaker: 'ignored' } as const;

/** Error codes of Prisma. Those that are about the request (`P2002` and its kind) are the request's fault. */
export const PRISMA_RULES: readonly ErrorRule[] = [
  rows('never connected', 'code', ['P1001', 'P1002'], 'not_executed'),
  rows('refused by the server', 'code', ['P1000', 'P1003', 'P1010'], 'permanent'),
  rows('connection lost', 'code', ['P1008', 'P1017'], 'unknown_outcome'),
  rows('pool timeout', 'code', ['P2024'], 'not_executed', NOT_ITS_FAULT),
  rows('transaction not started or expired', 'code', ['P2028'], 'rolled_back'),
  rows('conflict or deadlock', 'code', ['P2034'], 'rolled_back'),
  rows('too many connections', 'code', ['P2037'], 'not_executed'),
  rows(
    'wrong request',
    'code',
    // P2000 to P2023, P2025, P2026, P2033: values, constraints, missing tables and records.
    [...Array.from({ length: 24 }, (_, number) => `P20${String(number).padStart(2, '0')}`), 'P2025', 'P2026', 'P2033'],
    'permanent',
  ),
];

import { createBridge } from '@crossbridge/core';
import { describe, expect, it } from 'vitest';
import { operationsAt } from '../../../../packages/agent/src/cli/doctor/policies.ts';

describe('the operations of a host', () => {
  const { config } = createBridge({
    operations: { chat: {}, admin: {}, pay: {}, rest: {} },
    upstreams: [
      { match: { host: 'api.example', path: '/v1/chat/**' }, operation: 'chat' },
      { match: { host: 'api.example', methods: ['POST'] }, operation: 'admin' },
      { match: { host: '*.pay.example:443' }, operation: 'pay' },
      { match: { host: 'local:8080' }, operation: 'rest' },
    ],
  });

  it('are those of all its rules, whatever their path and method', () => {
    expect(operationsAt(config, 'api.example')).toEqual(['chat', 'admin']);
    expect(operationsAt(config, 'api.example:8443')).toEqual(['chat', 'admin']);
  });

  it('go by the port of a rule, that of https for a host without', () => {
    expect(operationsAt(config, 'eu.pay.example')).toEqual(['pay']);
    expect(operationsAt(config, 'eu.pay.example:8443')).toEqual([]);
    expect(operationsAt(config, 'local:8080')).toEqual(['rest']);
    expect(operationsAt(config, 'local')).toEqual([]);
  });

  it('are none of what is no host', () => {
    expect(operationsAt(config, 'an address of its own')).toEqual([]);
  });
});

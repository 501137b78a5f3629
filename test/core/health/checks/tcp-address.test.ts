import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTcpAddress } from '../../../../packages/core/src/health/checks/tcp-address.ts';

describe('parseTcpAddress', () => {
  it('reads names, addresses of both families and tcp URLs', () => {
    expect(parseTcpAddress('db:5432')).toEqual({ host: 'db', port: 5432 });
    expect(parseTcpAddress('10.0.0.1:6379')).toEqual({ host: '10.0.0.1', port: 6379 });
    expect(parseTcpAddress('[::1]:80')).toEqual({ host: '::1', port: 80 });
    expect(parseTcpAddress('[fe80::1%eth0]:80')).toEqual({ host: 'fe80::1%eth0', port: 80 });
    expect(parseTcpAddress('tcp://db.internal:5432')).toEqual({ host: 'db.internal', port: 5432 });
  });

  it('refuses what is no address with a port', () => {
    for (const text of [
      '',
      'db',
      'db:',
      ':80',
      'db:0',
      'db:65536',
      'db:http',
      '::1:80',
      'http://db:80',
      'u:p@db:80',
      'db:80/x',
    ]) {
      expect(parseTcpAddress(text), text).toBeUndefined();
    }
  });

  it('reads back every host and port that it was given', () => {
    const port = fc.integer({ min: 1, max: 65_535 });
    const host = fc.oneof(fc.domain(), fc.ipV4());
    fc.assert(
      fc.property(host, port, (host, port) => {
        expect(parseTcpAddress(`${host}:${port}`)).toEqual({ host, port });
      }),
    );
    fc.assert(
      fc.property(fc.ipV6(), port, (host, port) => {
        expect(parseTcpAddress(`[${host}]:${port}`)).toEqual({ host, port });
      }),
    );
  });
});

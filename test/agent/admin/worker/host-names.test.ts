import { describe, expect, it } from 'vitest';
import { isKnownHost } from '../../../../packages/agent/src/admin/worker/host-names.ts';

const NAMES = ['admin.corp.example', '*.svc.cluster.local'];

describe('isKnownHost', () => {
  it.each([
    'localhost',
    'LOCALHOST:9464',
    'api.localhost:9464',
    '127.0.0.1:9464',
    '10.2.3.4',
    '[::1]:9464',
    '[::ffff:10.0.0.1]',
    'my-service:9464',
    'admin.corp.example',
    'Admin.Corp.Example.:9464',
    'app.default.svc.cluster.local:9464',
  ])('knows %s', (host) => {
    expect(isKnownHost(host, NAMES)).toBe(true);
  });

  it.each([
    'evil.example',
    'evil.example:9464',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '127.0.0.1.nip.io:9464',
    'evil-admin.corp.example',
    'svc.cluster.local',
    'evilsvc.cluster.local',
    'admin.corp.example@evil.example',
    'evil.example#localhost',
    '[evil.example]',
    '[::1].evil.example',
    '::1',
    'localhost:port',
    'localhost:1:2',
    'evil.example localhost',
    '',
    '.',
    ':9464',
  ])('refuses %j', (host) => {
    expect(isKnownHost(host, NAMES)).toBe(false);
  });
});

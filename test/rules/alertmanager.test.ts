import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ALERTMANAGER_CONFIG } from '../support/alertmanager.ts';
import { describeWithServers, serverPath } from '../support/servers.ts';
import { readGroups } from './rule-file.ts';

const ALERTS = readGroups().flatMap(({ rules }) => rules.filter(({ alert }) => alert !== undefined));

async function amtool(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(serverPath('amtool'), args);
  return stdout.trim();
}

describeWithServers(['amtool'], 'collector/alertmanager.yml', () => {
  test('is accepted by Alertmanager', async () => {
    expect(await amtool('check-config', ALERTMANAGER_CONFIG)).toContain('SUCCESS');
  });

  test.each([
    ['critical', 'pager'],
    ['warning', 'team'],
    ['info', 'log'],
  ])('tells of what is %s: %s', async (severity, receiver) => {
    const labels = [`severity=${severity}`, 'job=shop', 'alertname=CrossBridgeAny'];
    expect(await amtool('config', 'routes', 'test', `--config.file=${ALERTMANAGER_CONFIG}`, ...labels)).toBe(receiver);
  });

  test('sends the Watchdog to whoever waits for it, and nowhere else', async () => {
    const labels = ['severity=none', 'alertname=CrossBridgeWatchdog'];
    expect(await amtool('config', 'routes', 'test', `--config.file=${ALERTMANAGER_CONFIG}`, ...labels)).toBe(
      'dead-man-switch',
    );
  });
});

describe('inhibitions of collector/alertmanager.yml', () => {
  const { inhibit_rules } = parse(readFileSync(ALERTMANAGER_CONFIG, 'utf8')) as {
    inhibit_rules: { source_matchers: string[]; target_matchers: string[]; equal: string[] }[];
  };

  /** The alerts that a list of matchers means, each with the labels that its series have. */
  function alertsOf(matchers: readonly string[]): { name: string; labels: Set<string> }[] {
    const matcher = matchers.find((each) => each.startsWith('alertname')) ?? '';
    const [, operator, value = ''] = /^alertname (=~?) "?([^"]*)"?$/.exec(matcher) ?? [];
    const pattern = new RegExp(`^(?:${operator === '=' ? value.replaceAll('.', '\\.') : value})$`);
    return ALERTS.filter(({ alert = '' }) => pattern.test(alert)).map(({ alert = '', expr }) => {
      const grouping = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(', '));
      const recorded = /job_(?:instance_)?operation:/.test(expr) ? ['job', 'crossbridge_operation'] : [];
      return { name: alert, labels: new Set([...grouping, ...recorded]) };
    });
  }

  test('name alerts that exist', () => {
    for (const { source_matchers, target_matchers } of inhibit_rules) {
      expect(alertsOf(source_matchers)).not.toEqual([]);
      const named = target_matchers
        .join()
        .match(/(?<=\()[^)]*(?=\))/)?.[0]
        .split('|') ?? [''];
      const found = new Set(alertsOf(target_matchers).map(({ name }) => name));
      expect(found.size, target_matchers.join()).toBe(named.length);
    }
  });

  test('compare labels that both sides have: labels that both lack would count as the same', () => {
    for (const { source_matchers, target_matchers, equal } of inhibit_rules) {
      expect(equal).toContain('job');
      for (const { name, labels } of [...alertsOf(source_matchers), ...alertsOf(target_matchers)]) {
        for (const label of equal) expect(labels, name).toContain(label);
      }
    }
  });
});

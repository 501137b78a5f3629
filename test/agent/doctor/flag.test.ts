import { describe, expect, it } from 'vitest';
import { flagOf } from '../../../packages/agent/src/doctor/flag.ts';

const REGISTER = 'file:///srv/node_modules/@crossbridge/agent/dist/register.js';

describe('the flag of a process', () => {
  it.each([
    [['--import', '@crossbridge/agent'], '--import @crossbridge/agent'],
    [['--import=@crossbridge/agent'], '--import @crossbridge/agent'],
    [['--enable-source-maps', '-r', '@crossbridge/agent'], '-r @crossbridge/agent'],
    [[`--import=${REGISTER}`], `--import ${REGISTER}`],
  ])('is found in %j', (execArgv, text) => {
    expect(flagOf(execArgv, '', REGISTER)).toEqual({ source: 'command line', text });
  });

  it.each([
    ['--max-old-space-size=512 --import @crossbridge/agent', '--import @crossbridge/agent'],
    ['--import="@crossbridge/agent"', '--import @crossbridge/agent'],
  ])('is found in NODE_OPTIONS=%s', (nodeOptions, text) => {
    expect(flagOf(['--import', './other.js'], nodeOptions, REGISTER)).toEqual({ source: 'NODE_OPTIONS', text });
  });

  it('is not there when something else is preloaded, or the name stands somewhere else', () => {
    const none = { source: 'none', text: undefined };
    expect(flagOf(['--import', './tracing.js', '--require'], '--import @crossbridge/core', REGISTER)).toEqual(none);
    expect(flagOf(['--conditions', '@crossbridge/agent'], '', REGISTER)).toEqual(none);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PrometheusTextError } from '../../../demo/metrics/cursor.ts';
import { parsePrometheusText, parseValue } from '../../../demo/metrics/parse.ts';
import { renderExposition, sample } from '../support/exposition.ts';

const metricNames = fc.stringMatching(/^[a-zA-Z_:][a-zA-Z0-9_:]{0,12}$/);
const labelNames = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,12}$/);
// Mostly the characters that are escaped or that end something elsewhere, with any others among them.
const texts = fc.string({
  unit: fc.oneof(fc.constantFrom('\\', '"', '\n', '{', '}', ',', '=', '#', ' ', 'n'), fc.string()),
});
const samples = fc.record({
  name: metricNames,
  labels: fc.array(fc.tuple(labelNames, texts), { maxLength: 5 }).map((pairs) => new Map(pairs)),
  value: fc.double(),
});
const families = fc.record({
  name: metricNames,
  type: fc.constantFrom('counter', 'gauge', 'histogram', 'untyped'),
  help: texts.filter((text) => !/^[ \t\r]/.test(text) && text !== ''),
});

describe('parsePrometheusText', () => {
  it('reads back whatever was written, escapes, infinities and NaN included', () => {
    fc.assert(
      fc.property(fc.array(samples), (written) => {
        expect(parsePrometheusText(renderExposition(written)).samples).toEqual(written);
      }),
    );
  });

  it('reads back timestamps', () => {
    fc.assert(
      fc.property(samples, fc.integer(), (written, timestampMs) => {
        const stamped = { ...written, timestampMs };
        expect(parsePrometheusText(renderExposition([stamped])).samples).toEqual([stamped]);
      }),
    );
  });

  it('reads back HELP and TYPE', () => {
    fc.assert(
      fc.property(fc.uniqueArray(families, { selector: ({ name }) => name }), (written) => {
        const { families: read, samples: none } = parsePrometheusText(renderExposition([], written));
        expect([...read.values()]).toEqual(written);
        expect(none).toEqual([]);
      }),
    );
  });

  it('reads what real servers write: blanks, trailing commas, comments, Windows line ends', () => {
    const text = [
      '# a comment that is neither HELP nor TYPE',
      '#',
      '   # TYPE padded counter',
      '',
      '\tplain 1',
      'tabs\t{ a = "1" , b = "2" , }\t+2e3 \t',
      'empty{} .5\r',
      'hex_like{le="+Inf"} -1.5E-3 1700000000000',
    ].join('\n');
    expect(parsePrometheusText(text).samples).toEqual([
      sample('plain', {}, 1),
      sample('tabs', { a: '1', b: '2' }, 2_000),
      sample('empty', {}, 0.5),
      { ...sample('hex_like', { le: '+Inf' }, -0.0015), timestampMs: 1_700_000_000_000 },
    ]);
  });

  it('skips the exemplars and the end mark of OpenMetrics', () => {
    const text = 'a_bucket{le="1"} 3 # {trace_id="x"} 0.5 1.2\n# EOF\n';
    expect(parsePrometheusText(text).samples).toEqual([sample('a_bucket', { le: '1' }, 3)]);
  });

  it('keeps a backslash that starts no escape', () => {
    expect(parsePrometheusText('a{b="C:\\d"} 1').samples).toEqual([sample('a', { b: 'C:\\d' }, 1)]);
  });

  it.each([
    ['no value', 'a'],
    ['a word for a value', 'a one'],
    ['a hexadecimal value', 'a 0x10'],
    ['an empty exponent', 'a 1e'],
    ['a name that starts with a digit', '1a 1'],
    ['an unfinished label value', 'a{b="c} 1'],
    ['a label value without quotes', 'a{b=c} 1'],
    ['labels without an end', 'a{b="c" 1'],
    ['no comma between labels', 'a{b="c" d="e"} 1'],
    ['the same label twice', 'a{b="c",b="d"} 1'],
    ['something after the timestamp', 'a 1 2 3'],
    ['a TYPE without a name', '# TYPE 1'],
  ])('refuses a line with %s and names it', (_what, line) => {
    const parse = (): unknown => parsePrometheusText(`fine 1\n${line}\n`);
    expect(parse).toThrow(PrometheusTextError);
    expect(parse).toThrow(/line 2, column \d+: expected /);
  });

  it('never throws anything but its own error', () => {
    fc.assert(
      fc.property(fc.oneof(texts, fc.string({ unit: 'binary' })), (text) => {
        try {
          parsePrometheusText(text);
        } catch (error) {
          expect(error).toBeInstanceOf(PrometheusTextError);
        }
      }),
    );
  });
});

describe('parseValue', () => {
  it('knows the infinities and NaN in any case', () => {
    expect(['+Inf', 'inf', '-INF', 'nan'].map(parseValue)).toEqual([Infinity, Infinity, -Infinity, Number.NaN]);
  });

  it('takes no other word, and nothing for a number', () => {
    expect(['', '+', '.', 'Infinity', '1_000', '1 '].map(parseValue)).toEqual([null, null, null, null, null, null]);
  });
});

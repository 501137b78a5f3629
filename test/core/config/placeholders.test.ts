// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders are what is tested here.
import { describe, expect, it } from 'vitest';
import { substitute } from '../../../packages/core/src/config/placeholders.ts';

const env = { SET: 'v', EMPTY: '', MONEY: '$&$1', NESTED: '${SET}' };

describe('a placeholder', () => {
  it.each([
    ['${SET}', 'v'],
    ['a${SET}b${SET}', 'avbv'],
    ['${SET:-d}', 'v'],
    ['${UNSET:-d}', 'd'],
    ['${UNSET:-}', ''],
    ['${EMPTY}', ''],
    ['${EMPTY:-d}', 'd'],
    ['${UNSET:-http://h:1}', 'http://h:1'],
    ['${UNSET:-a}b}', 'ab}'],
    ['$${SET}', '${SET}'],
    ['$${', '${'],
    ['$${SET}${SET}', '${SET}v'],
    ['${MONEY}', '$&$1'],
    ['${NESTED}', '${SET}'],
    ['$SET {SET} $', '$SET {SET} $'],
  ])('in %s gives %s', (text, result) => {
    expect(substitute(text, env)).toMatchObject({ text: result, problems: [] });
  });

  it.each([
    ['ab${UNSET}', 2, 'environment variable UNSET is not set'],
    ['${SET', 0, 'not closed'],
    ['${}', 0, 'is not a placeholder'],
    ['${SET-d}', 0, 'is not a placeholder'],
    ['${SET:?e}', 0, 'is not a placeholder'],
    ['${1A}', 0, 'is not a placeholder'],
    ['${A:-${SET}}', 0, 'cannot be nested'],
    ['${toString}', 0, 'environment variable toString is not set'],
  ])('in %s is refused at %d: %s', (text, offset, message) => {
    expect(substitute(text, env).problems).toEqual([{ offset, message: expect.stringContaining(message) }]);
  });

  it('is reported with all others of its text', () => {
    expect(substitute('${A} ${B}', {}).problems.map(({ offset }) => offset)).toEqual([0, 5]);
  });
});

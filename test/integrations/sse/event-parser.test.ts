import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventParser, type ServerEvent } from '../../../packages/integrations/src/sse/event-parser.ts';

function parse(...pieces: string[]): ServerEvent[] {
  const parser = new EventParser();
  return pieces.flatMap((piece) => parser.push(new TextEncoder().encode(piece)));
}

function event(data: string, name = ''): ServerEvent {
  return { name, data, whole: true };
}

describe('the parser of event streams', () => {
  it('reads names, data of several lines, and leaves comments and empty events out', () => {
    expect(
      parse('event: a\ndata: 1\ndata: 2\n\n', ': ping\n\n', 'event: b\n\n', 'data\n\n', 'data:3\nid: 4\n\n'),
    ).toEqual([event('1\n2', 'a'), event(''), event('3')]);
  });

  it('tells of an event only when it is over', () => {
    expect(parse('data: 1\n')).toEqual([]);
  });

  it('takes away one space after the colon, not two, and a byte order mark', () => {
    expect(parse('\uFEFFdata:  x\n\n')).toEqual([event(' x')]);
  });

  it('reads the same whatever ends the lines and wherever the bytes are cut', () => {
    const line = fc.oneof(
      fc.constantFrom('', ': ping', 'data: ä€😀', 'data', 'event: message', 'retry: 5', 'data:{"a":1}'),
      fc.string({ unit: 'grapheme', maxLength: 8 }).map((text) => `data: ${text.replaceAll(/[\r\n\uFEFF]/g, '')}`),
    );
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 12 }),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.array(fc.nat(), { maxLength: 8 }),
        (lines, end, cuts) => {
          const bytes = new TextEncoder().encode(lines.map((text) => text + end).join(''));
          const at = cuts.map((cut) => (bytes.length === 0 ? 0 : cut % bytes.length)).sort((a, b) => a - b);
          const parser = new EventParser();
          const pieces = [0, ...at].map((from, index) => bytes.subarray(from, at[index]));
          expect(pieces.flatMap((piece) => parser.push(piece))).toEqual(
            parse(lines.map((text) => `${text}\n`).join('')),
          );
        },
      ),
    );
  });

  it('keeps the beginning of an event that is too long, and all of the next', () => {
    const [long, next] = parse(
      'event: big\ndata: ',
      ...Array.from({ length: 40 }, () => 'x'.repeat(50_000)),
      '\n\ndata: y\n\n',
    );
    expect(long).toMatchObject({ name: 'big', whole: false });
    expect(long?.data.length).toBeLessThanOrEqual(1024 * 1024);
    expect(next).toEqual(event('y'));
  });

  it('does not count comments against the room of an event, however many there are', () => {
    const comments = Array.from({ length: 30 }, () => `: ${'x'.repeat(50_000)}\n`);
    expect(parse('data: 1\n', ...comments, 'data: 2\n\n')).toEqual([event('1\n2')]);
  });
});

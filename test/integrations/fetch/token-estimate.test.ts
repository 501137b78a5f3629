import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TokenEstimate } from '../../../packages/integrations/src/fetch/token-estimate.ts';

function learned(outputs: readonly number[]): TokenEstimate {
  const estimate = new TokenEstimate();
  for (const output of outputs) estimate.learn(output);
  return estimate;
}

describe('the estimate of tokens', () => {
  it('takes four bytes of text for a token, wherever the text stands', () => {
    const estimate = new TokenEstimate();
    expect(estimate.input('twelve bytes')).toBe(3);
    expect(estimate.input({ messages: [{ role: 'user', content: [{ text: 'twelve bytes' }] }] })).toBe(1 + 3);
    expect(estimate.input('漢字漢字')).toBe(3);
    expect(estimate.input(undefined)).toBe(0);
  });

  it('counts tokens that are numbers already, and no base64 as text', () => {
    const estimate = new TokenEstimate();
    expect(estimate.input({ input: [101, 102, 103] })).toBe(3);
    const image = `data:image/png;base64,${'A'.repeat(1_000_000)}`;
    expect(estimate.input({ image_url: { url: image } })).toBe(1000);
    expect(estimate.input({ data: 'A'.repeat(1_000_000) })).toBe(1000);
  });

  it('takes an answer for what the request allows, until it knows what is usual', () => {
    expect(learned([]).output({ max_tokens: 5000 })).toBe(5000);
    expect(learned([]).output({})).toBe(256);
    const known = learned(Array(20).fill(80));
    expect([known.output({ max_tokens: 5000 }), known.output({}), known.output({ max_output_tokens: 30 })]).toEqual([
      80, 80, 30,
    ]);
  });

  it('asks for as many answers as the request', () => {
    expect(learned([]).output({ max_tokens: 100, n: 3 })).toBe(300);
  });

  it('covers nineteen of twenty of the last hundred answers, and never more than the request allows', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(10_000), { minLength: 10, maxLength: 250 }),
        fc.option(fc.integer({ min: 1, max: 10_000 })),
        (outputs, allowed) => {
          const guess = learned(outputs).output(allowed === null ? {} : { max_completion_tokens: allowed });
          const last = outputs.slice(-100);
          if (allowed !== null) expect(guess).toBeLessThanOrEqual(allowed);
          else expect(last.filter((output) => output <= guess).length).toBeGreaterThanOrEqual(0.95 * last.length);
        },
      ),
    );
  });
});

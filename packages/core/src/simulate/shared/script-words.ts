import type { BucketRequest } from '../../rate-limit/shared/bucket-request.ts';

/** What the words of a command ask the script: the reverse of `scriptArguments`. */
export function scriptRequests(words: readonly string[]): { requests: readonly BucketRequest[]; count: number } {
  const keys = words.slice(3, 3 + Number(words[2]));
  const first = 4 + keys.length;
  const stride = Number(words[first - 1]);
  const requests = keys.map((storeKey, at): BucketRequest => {
    const own = words.slice(first + at * stride, first + (at + 1) * stride);
    const of = (index: number): number => Number(own[index]);
    const [told, known] = [numbers(own[7]), numbers(own[8])];
    const [one = 0, two = 0, spent = 0, back = 0] = told;
    const [free = 0, leased = 0, leasedUs = 0] = known;
    return {
      storeKey,
      capacity: of(0),
      tokensPerUs: of(1),
      need: of(2),
      charge: of(3),
      extra: of(5),
      leaseUs: of(6),
      report: told.length === 4 ? { endUs: one, sentUs: two, spent, back } : undefined,
      settlement: told.length === 2 ? { number: one, deadlineUs: two } : undefined,
      hint: known.length > 0 ? { free, leased, leasedUs } : undefined,
    };
  });
  return { requests, count: Number(words[first + 4]) };
}

function numbers(text = ''): readonly number[] {
  return text === '' ? [] : text.split(' ').map(Number);
}

/** Chooses among so many, each in proportion to its weight: given a number in [0, 1), the index of one. */
export type Chooser = (draw: number) => number;

/** @param weights at least one, none below 0, and not all 0 */
export function chooser(weights: readonly number[]): Chooser {
  const ends = new Float64Array(weights.length);
  let total = 0;
  weights.forEach((weight, index) => {
    total += weight;
    ends[index] = total;
  });
  return (draw) => {
    const at = draw * total;
    let low = 0;
    let high = ends.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (at < (ends[middle] as number)) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}

/** Weights by which the k-th of so many comes up in proportion to 1/k^exponent. All alike for 0. */
export function zipfWeights(count: number, exponent: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => (index + 1) ** -exponent);
}

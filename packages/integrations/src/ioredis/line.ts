/**
 * Keeps commands that the policies are not asked about behind those before them that the policies still hold back. Among themselves the latter
 * keep their order anyway.
 */
export class Line {
  /** Numbers of those that stand there, smallest first. */
  readonly #standing = new Set<number>();
  readonly #behind: { readonly last: number; readonly send: () => void }[] = [];
  #last = 0;

  /** Takes a place, before all that come later; the function returned leaves it, once the command is sent or given up. */
  enter(): () => void {
    this.#last += 1;
    const place = this.#last;
    this.#standing.add(place);
    return () => {
      if (this.#standing.delete(place)) this.#moveUp();
    };
  }

  /** Sends at once where nobody stands before. */
  follow(send: () => void): void {
    if (this.#standing.size === 0 && this.#behind.length === 0) send();
    else this.#behind.push({ last: this.#last, send });
  }

  #moveUp(): void {
    const [first = Number.POSITIVE_INFINITY] = this.#standing;
    while (this.#behind[0] !== undefined && this.#behind[0].last < first) this.#behind.shift()?.send();
  }
}

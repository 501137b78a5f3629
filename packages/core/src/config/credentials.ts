/**
 * A text without what stands before the `@` of its URLs, or of what was meant as one: it may be a password, and reports end up in logs. As
 * long as before, for carets.
 */
export function withoutCredentials(text: string): string {
  return text.replace(/\S+/g, (word) => {
    const to = word.lastIndexOf('@');
    const scheme = /:?\/\/|:/.exec(word.slice(0, Math.max(to, 0)));
    if (scheme === null) return word;
    const from = scheme.index + scheme[0].length;
    return word.slice(0, from) + '*'.repeat(to - from) + word.slice(to);
  });
}

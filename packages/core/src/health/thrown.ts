const MAX_CAUSES = 3;

/** The kind of what was thrown: its class, or `typeof` where it is no error. */
export function typeOfThrown(thrown: unknown): string {
  try {
    return thrown instanceof Error ? thrown.name || thrown.constructor.name : typeof thrown;
  } catch {
    return 'Error';
  }
}

/**
 * What was thrown, in words. Follows the causes, since "fetch failed" is of no use without them; an error without text (as a connection
 * refused at every address is) is told by its code.
 */
export function textOfThrown(thrown: unknown): string {
  try {
    const parts: string[] = [];
    let link = thrown;
    for (let depth = 0; link !== undefined && link !== null && depth <= MAX_CAUSES; depth += 1) {
      const text = textOfLink(link);
      if (text !== '' && !parts.some((part) => part.includes(text))) parts.push(text);
      link = link instanceof Error ? link.cause : undefined;
    }
    return parts.length === 0 ? 'no message' : parts.join(': ');
  } catch {
    return 'an error that cannot be read';
  }
}

function textOfLink(link: unknown): string {
  if (!(link instanceof Error)) return String(link);
  if (link.message !== '') return link.message;
  if (link instanceof AggregateError && link.errors.length > 0) {
    return [...new Set(link.errors.map((error) => textOfLink(error)))].join(', ');
  }
  return 'code' in link ? String(link.code) : '';
}

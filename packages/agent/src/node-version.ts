const OLDEST: readonly [major: number, minor: number] = [22, 15];

/** Why this Node.js cannot run the agent, for people; undefined when it can. */
export function whyTooOld(version: string = process.versions.node): string | undefined {
  const [major = 0, minor = 0] = version.split('.', 2).map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return undefined;
  return `Node.js ${version} is too old for @crossbridge/agent, and the application runs without it: use ${OLDEST.join('.')} or later`;
}

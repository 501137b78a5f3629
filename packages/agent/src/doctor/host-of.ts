/** Host and port of an address; undefined for what is none. (`URL.parse` is younger than some a doctor is asked to look at.) */
export function hostOf(address: string): string | undefined {
  return URL.canParse(address) ? new URL(address).host : undefined;
}

export interface TcpAddress {
  readonly host: string;
  readonly port: number;
}

const ADDRESS = /^(?:tcp:\/\/)?(?:\[(?<v6>[\da-f:.]+(?:%\w+)?)\]|(?<host>[^\s:/@[\]]+)):(?<port>\d{1,5})\/?$/i;

/** Reads `db:5432`, `[::1]:5432`, `tcp://db:5432`. Undefined when it is none of them. */
export function parseTcpAddress(text: string): TcpAddress | undefined {
  const groups = ADDRESS.exec(text)?.groups;
  const host = groups?.v6 ?? groups?.host;
  const port = Number(groups?.port);
  return host === undefined || !isPort(port) ? undefined : { host, port };
}

export function isPort(port: unknown): port is number {
  return typeof port === 'number' && Number.isInteger(port) && port >= 1 && port <= 65_535;
}

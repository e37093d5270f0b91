/**
 * Whether a host is reached without the proxy, by the rules of Node-RED's `http proxy` node: a name stands for itself, one
 * that begins with a dot or an asterisk for all that end so, `*` for all; an entry with a port for that port alone.
 * @param noproxy Entries of the node's list; several may stand in one, separated by commas or spaces.
 * @param hostname As in a URL; of an IPv6 address the brackets may lack.
 * @param port Port of the host; without it entries with a port do not count.
 */
export function bypasses(noproxy: readonly string[], hostname: string, port?: number): boolean {
  const host = bareHost(hostname);
  return noproxy
    .flatMap((entry) => entry.split(/[,\s]+/))
    .filter((entry) => entry !== "")
    .some((entry) => {
      const [, name = entry, itsPort] = /^(.+):(\d+)$/.exec(isBareIpv6(entry) ? "" : entry) ?? [];
      if (itsPort !== undefined && Number(itsPort) !== port) return false;
      const pattern = bareHost(name);
      if (pattern.startsWith("*")) return host.endsWith(pattern.slice(1));
      return pattern.startsWith(".") ? host.endsWith(pattern) : host === pattern;
    });
}

/** Its last digits look like a port. */
function isBareIpv6(entry: string): boolean {
  return !entry.startsWith("[") && entry.split(":").length > 2;
}

function bareHost(name: string): string {
  return name.toLowerCase().replace(/^\[(.*)\]$/, "$1");
}

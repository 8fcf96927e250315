import { isIP, BlockList } from "node:net";

/** A proxy for HTTP. @default what HTTP_PROXY, HTTPS_PROXY and NO_PROXY say */
export type ProxyOption = string | false;

type Environment = Readonly<Record<string, string | undefined>>;

/** The proxy through which a URL is asked for, if any. A loopback address is never asked for through one. */
export function proxyFor(url: URL, option?: ProxyOption, env: Environment = process.env): URL | undefined {
  const host = url.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  if (option === false || isLoopback(host)) return undefined;
  if (option !== undefined) return new URL(option);
  // curl reads http_proxy in lower case alone, since a CGI's HTTP_PROXY is a header; here there is no CGI.
  const read = (name: string) => env[name] ?? env[name.toUpperCase()];
  const proxy = read(url.protocol === "https:" ? "https_proxy" : "http_proxy") ?? read("all_proxy");
  if (proxy === undefined || proxy === "" || isExcepted(url, host, read("no_proxy") ?? "")) return undefined;
  return new URL(proxy.includes("://") ? proxy : `http://${proxy}`);
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

export function isLoopback(host: string): boolean {
  const family = isIP(host);
  if (family === 0) return host === "localhost" || host.endsWith(".localhost");
  return loopback.check(host, family === 6 ? "ipv6" : "ipv4");
}

/** NO_PROXY: `*`, names (which stand for what is below them too), addresses and ranges such as 10.0.0.0/8, each with a port or none. */
function isExcepted(url: URL, host: string, list: string): boolean {
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  return list
    .split(/[\s,]+/)
    .filter((entry) => entry !== "")
    .some((entry) => {
      if (entry === "*") return true;
      const [address, bits] = entry.split("/");
      if (bits !== undefined) return inRange(host, address!, Number(bits));
      if (isIP(entry) !== 0) return entry === host;
      const [, name, onlyPort] = /^(.*?)(?::(\d+))?$/.exec(entry.toLowerCase())!;
      if (onlyPort !== undefined && onlyPort !== port) return false;
      const bare = name!.replace(/^\*?\./, "");
      return host === bare || host.endsWith(`.${bare}`);
    });
}

function inRange(host: string, network: string, bits: number): boolean {
  const family = isIP(network);
  if (family === 0 || isIP(host) !== family || !Number.isInteger(bits)) return false;
  if (bits < 0 || bits > (family === 6 ? 128 : 32)) return false;
  const range = new BlockList();
  range.addSubnet(network, bits, family === 6 ? "ipv6" : "ipv4");
  return range.check(host, family === 6 ? "ipv6" : "ipv4");
}

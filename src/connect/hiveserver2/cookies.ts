import type { Auth } from "../auth/index.ts";

/**
 * Keeps the cookies of one server. HiveServer2's own (`hive.server2.auth`) spares it asking its directory for each
 * request; a load balancer's keeps a session with the server that holds it.
 */
export function cookies(): Auth {
  const kept = new Map<string, string>();
  return {
    name: "cookies",
    anyHost: false,
    authorize: ({ headers }) => {
      const given = headers["Cookie"] === undefined ? [] : [headers["Cookie"]];
      const names = given.map((pair) => pair.split("=")[0]);
      const own = [...kept].filter(([name]) => !names.includes(name)).map(([name, value]) => `${name}=${value}`);
      if (own.length > 0) headers["Cookie"] = [...given, ...own].join("; ");
    },
    answered: ({ status, setCookie }) => {
      // A cookie that is no longer taken: who asks is told anew.
      if (status === 401) return kept.delete("hive.server2.auth");
      for (const line of setCookie) {
        const [, name, value] = /^\s*([^=;\s]+)=([^;]*)/.exec(line) ?? [];
        if (name === undefined || value === undefined) continue;
        if (value === "" || /;\s*max-age=0\b/i.test(line)) kept.delete(name);
        else kept.set(name, value);
      }
      return false;
    },
  };
}

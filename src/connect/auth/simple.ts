import type { Auth } from "./auth.ts";

/** Hadoop's "simple" authentication: the server believes the name (`user.name`). */
export function simpleAuth(user: string): Auth {
  return {
    name: `user.name=${user}`,
    anyHost: true,
    authorize: ({ url }) => {
      // A token says who it is for, and the NameNode refuses both together.
      if (!url.searchParams.has("delegation")) addParameter(url, "user.name", user);
    },
  };
}

/** Acts for another user, as the `hadoop.proxyuser` settings of the server allow. Goes behind the part that says who asks. */
export function proxyUser(user: string): Auth {
  return {
    name: `for ${user}`,
    anyHost: true,
    authorize: ({ url, proxyUserParameter }) => {
      if (!url.searchParams.has("delegation")) addParameter(url, proxyUserParameter, user);
    },
  };
}

/** A delegation token, as GETDELEGATIONTOKEN gives it (`urlString`): enough by itself. */
export function delegationToken(token: string): Auth {
  return {
    name: "a delegation token",
    secrets: [token],
    anyHost: false,
    authorize: ({ url }) => {
      dropParameters(url, ["user.name", "doas", "doAs"]);
      addParameter(url, "delegation", token);
    },
  };
}

/** Name and password in each request: Knox, or servers that ask an LDAP directory. Use it over https alone. */
export function basicAuth(user: string, password: string): Auth {
  const credentials = Buffer.from(`${user}:${password}`).toString("base64");
  return {
    name: `user ${user} with a password`,
    secrets: [password, credentials],
    anyHost: false,
    authorize: ({ headers }) => {
      headers["Authorization"] = `Basic ${credentials}`;
    },
  };
}

/** Leaves the rest of the query as it is spelled: a URLSearchParams would write it anew, with + for spaces. */
function addParameter(url: URL, name: string, value: string): void {
  if (url.searchParams.has(name)) return;
  url.search += `${url.search === "" ? "?" : "&"}${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
}

function dropParameters(url: URL, names: readonly string[]): void {
  const kept = url.search.slice(1).split("&");
  url.search = kept.filter((parameter) => !names.includes(parameter.split("=")[0]!)).join("&");
}

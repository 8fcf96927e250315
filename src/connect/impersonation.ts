/** Who may not act for another, as Hadoop says it (ProxyUsers' AuthorizationException, HiveServer2's HiveAuthFactory). */
export function impersonatingUser(message: string): string | undefined {
  const [, hadoop, hive] =
    /User:? \[?([\w./@-]+)\]? (?:is )?not allowed to impersonate|validate proxy privilege of ([\w./@-]+) for/i.exec(
      message,
    ) ?? [];
  return (hadoop ?? hive)?.replace(/[/@].*/, "");
}

/** Who may not act for another in Oozie itself, as its ProxyUserService says it. */
export function oozieProxyUser(message: string): string | undefined {
  const found =
    /(?:User|proxyuser) \[(?<user>[^\]]+)\] (?:not defined as proxyuser|for user)/.exec(message) ??
    /for proxyuser \[(?<user>[^\]]+)\]/.exec(message);
  return found?.groups?.["user"];
}

/** The very settings to be made. */
export function impersonationAdvice(message: string): string {
  const user = impersonatingUser(message) ?? "<user>";
  return (
    `an administrator has to set hadoop.proxyuser.${user}.hosts and hadoop.proxyuser.${user}.groups in core-site.xml ` +
    "and run `hdfs dfsadmin -refreshSuperUserGroupsConfiguration`"
  );
}

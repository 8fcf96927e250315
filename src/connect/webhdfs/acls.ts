import type { CallOptions, Calls } from "./calls.ts";
import type { AclStatus } from "./status.ts";

/** Access control lists, beyond the nine bits. */
export class Acls {
  readonly #calls: Calls;

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  async of(path: string, options: CallOptions = {}): Promise<AclStatus> {
    return (
      await this.#calls.get<{ AclStatus: AclStatus }>("GETACLSTATUS", path, `cannot read the ACL of ${path}`, options)
    ).AclStatus;
  }

  /** Changes an ACL: `set` replaces all, `modify` adds, `remove` takes entries (without permissions) away. */
  change(
    path: string,
    how: "set" | "modify" | "remove",
    entries: readonly string[],
    options: CallOptions = {},
  ): Promise<void> {
    const op = { set: "SETACL", modify: "MODIFYACLENTRIES", remove: "REMOVEACLENTRIES" }[how];
    return this.#calls.put(op, path, `cannot change the ACL of ${path}`, { aclspec: entries.join(",") }, options);
  }

  remove(path: string, options: CallOptions & { readonly onlyDefault?: boolean } = {}): Promise<void> {
    const { onlyDefault = false, ...call } = options;
    return this.#calls.put(
      onlyDefault ? "REMOVEDEFAULTACL" : "REMOVEACL",
      path,
      `cannot remove the ACL of ${path}`,
      {},
      call,
    );
  }
}

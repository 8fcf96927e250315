import assert from "node:assert/strict";
import * as h from "#src/index.js";
import { chooseVersions } from "#src/oozie/schema/versions.js";
import { profileOf } from "#src/oozie/profiles.js";
import { printXml } from "#src/oozie/xml.js";
import { find } from "#src/project/definitions.js";
import { documentsOf } from "../support/examples.js";

describe("actions as documents", () => {
  it("keep plain texts that look like expressions as they are", () => {
    const odd = "${x}";
    const launched = { launcher: { javaOptions: odd }, configuration: { [odd]: "1" } };
    const all = h.workflow("w", {}, () =>
      h.sequence(
        h.shell("a", { command: odd, environment: { [odd]: odd }, files: [`bin/${odd}`], ...launched }),
        h.java("b", { mainClass: odd, javaOptions: [odd], ...launched }),
        h.distcp("c", { from: ["/a"], to: "/b", options: [odd], javaOptions: odd }),
        h.sparkApplication("d", { application: `${odd}.py`, mainClass: odd }),
        h.email("e", { to: "a@b", subject: odd, body: odd, contentType: odd }),
        h.fs("f", [h.chgrp("/a", odd), h.chmod("/a", odd)]),
      ),
    );
    for (const name of ["oozie5.2", "cdh5.16"] as const) {
      const [document] = documentsOf(find([all], []), name);
      const text = printXml(document!.root, chooseVersions(document!.root, profileOf(name)).versions);
      assert.ok(!text.includes(odd), text);
      assert.ok(text.split("${'$'}{x}").length > 18, text);
    }
  });
});

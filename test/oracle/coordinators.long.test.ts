import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as h from "#src/index.js";
import { formatTimeBy, parseOozieTime } from "#src/core/time.js";
import { arrange } from "#src/oozie/schema/content.js";
import { chooseVersions } from "#src/oozie/schema/versions.js";
import { profileOf } from "#src/oozie/profiles.js";
import { printXml } from "#src/oozie/xml.js";
import { find } from "#src/project/definitions.js";
import { documentsOf } from "../support/examples.js";
import { projectRoot } from "../support/project.js";
import { answeredValues, askOozie, field } from "./oozie.js";

const nominal = "2012-03-25T07:00Z";
const surroundings = "nameNode=hdfs://nn\nresourceManager=rm\nrelease=/r\n";
const patterns = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'''T'''HH", "'a b'yyyy", "yyyy/MM/dd,HH.mm;ss"];
const texts = ["it's", 'a "b"', "a & b", "<b>", "a\\b", "c:\\\\d", "é", "a,b;c", "{}", "#"];

describe("coordinators beside Oozie's submission", function () {
  this.timeout(300_000);

  it("give their workflows the values that they have here", async function () {
    const p = h.parameters({ word: h.textParameter() });
    const inputs = Object.fromEntries(
      [...patterns.map((_, i) => `p${i}`), ...texts.map((_, i) => `t${i}`), "moved", "joined", "word"].map(
        (name) => [name, "string"] as const,
      ),
    );
    const work = h.workflow("w", inputs, (given) =>
      h.shell("say", { command: "echo", arguments: Object.values(given) }),
    );
    const every = h.coordinator("c", {
      every: h.hours(1),
      start: "2012-01-01T00:00Z",
      end: "2013-01-01T00:00Z",
      timeout: h.days(1),
      reads: {},
      run: ({ nominalTime, formatTime, dateOffset }) =>
        work.with({
          ...Object.fromEntries(patterns.map((pattern, i) => [`p${i}`, formatTime(nominalTime, pattern)])),
          ...Object.fromEntries(texts.map((text, i) => [`t${i}`, text])),
          moved: h.text`${dateOffset(nominalTime, -1, "DAY")}`,
          joined: h.text`${formatTime(dateOffset(nominalTime, 1, "MONTH"), "yyyy'x'")}-${p.word}'`,
          word: p.word,
        }),
      sla: ({ nominalTime }) => ({ nominalTime, shouldEnd: h.hours(1), message: "it's & <late>" }),
    });
    const document = documentsOf(find([every], []), "oozie5.2").find(({ kind }) => kind === "coordinator")!;
    const root = arrange(document.root);
    const xml = printXml(root, chooseVersions(root, profileOf("oozie5.2")).versions);
    const [answer] = await askOozie(this, [
      ["coordinator", field(xml), field(`${surroundings}word=it's <b> & "c"\n`), nominal],
    ]);
    const time = parseOozieTime(nominal)!;
    assert.deepEqual(answeredValues(answer!), {
      ...Object.fromEntries(patterns.map((pattern, i) => [`p${i}`, formatTimeBy(pattern, time)])),
      ...Object.fromEntries(texts.map((text, i) => [`t${i}`, text])),
      moved: "2012-03-24T07:00Z",
      joined: `2012x-it's <b> & "c"'`,
      word: `it's <b> & "c"`,
    });
  });

  it("are taken as the pipeline's golden files have them", async function () {
    const golden = join(projectRoot, "test", "pipeline", "golden");
    const documents = readdirSync(golden, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith("coordinator.xml"))
      .map((path) => {
        const properties = readFileSync(join(golden, path, "..", "job.properties"), "utf8");
        return [readFileSync(join(golden, path), "utf8"), properties.replace(/^#(\w+)=$/gm, "$1=2012-03-01T00:00Z")];
      });
    assert.equal(documents.length, 8);
    const questions = documents.map(([xml, properties]) => [
      "coordinator",
      field(xml!),
      field(properties!),
      "2012-03-02T00:00Z",
    ]);
    for (const answer of await askOozie(this, questions))
      assert.match(Object.values(answeredValues(answer))[0]!, /^20120302/);
  });
});

import assert from "node:assert/strict";
import { formatOozieTime, minutes, parseOozieTime } from "#src/core/time.js";
import type { Scope } from "#src/oozie/el/index.js";
import * as el from "#src/oozie/el/index.js";
import { intParameter, parameters, parseParameter, timeParameter, type ParameterSpec } from "#src/oozie/parameters.js";
import { fs, mkdir, shell } from "#src/oozie/actions/index.js";
import { decide, sequence, when, workflow } from "#src/oozie/workflow.js";

/** The place of the caller, as errors name it. */
function here(): string {
  const frame = new Error().stack!.split("\n")[2]!;
  return /(?:\(|at )(?:file:\/\/)?(\/.*:\d+):\d+\)?$/.exec(frame)![1]!;
}

const p = parameters({ hour: timeParameter(), many: intParameter({ default: 3 }) });
const values = (given: Readonly<Record<string, el.ElValue>>): Scope => ({ parameter: (name) => given[name] });

describe("expressions", () => {
  it("have the values that Oozie's functions give", () => {
    const time = el.literal<"time">("2012-03-01T07:30Z");
    const format = (pattern: string): el.ElValue =>
      el.evaluate(el.call("coord:formatTime", time, el.literal(pattern)), values({}));
    assert.equal(format("yyyyMMdd_HH"), "20120301_07");
    assert.equal(format("yyyy-MM-dd'T'HH:mm"), "2012-03-01T07:30");
    const offset = (count: number, unit: string): el.ElValue =>
      el.evaluate(el.call("coord:dateOffset", time, el.literal(count), el.literal(unit)), values({}));
    assert.deepEqual(
      [offset(-1, "DAY"), offset(2, "HOUR"), offset(30, "MINUTE")],
      ["2012-02-29T07:30Z", "2012-03-01T09:30Z", "2012-03-01T08:00Z"],
    );
    assert.equal(el.evaluate(el.startOfDay(p.hour), values({ hour: "2012-03-01T07:30Z" })), "2012-03-01T00:00Z");
    assert.equal(formatOozieTime(el.evaluateTime(p.hour, values({ hour: "2012-03-01T07:30Z" }))), "2012-03-01T07:30Z");
  });

  it("decide as comparisons do", () => {
    const truth = (expression: el.Expr<"boolean", "workflow">): el.ElValue =>
      el.evaluate(expression, values({ many: 4 }));
    const yes = el.equal(p.many, 4);
    assert.deepEqual(
      [
        yes,
        el.not(yes),
        el.greater(p.many, 3),
        el.both(yes, el.not(yes)),
        el.either(yes, el.not(yes)),
        el.equal("a", "b"),
      ].map(truth),
      [true, false, true, false, true, false],
    );
  });

  it("join texts, and resolve an instance's time", () => {
    const uri = el.path`/data/${p.many}/${el.YEAR}-${el.MONTH}-${el.DAY}/${el.HOUR}${el.MINUTE}`;
    const scope = el.instanceScope(parseOozieTime("2012-03-01T07:30Z")!, (name) => ({ many: 7 })[name]);
    assert.equal(el.evaluate(uri, scope), "/data/7/2012-03-01/0730");
    assert.deepEqual(el.parametersOf(uri), ["many"]);
  });

  it("name the parameter that has no value, and the place", () => {
    const at = here();
    const one = el.text`${p.hour}`;
    assert.throws(() => el.evaluate(one, values({})), { code: "EL_PARAMETER", message: /hour has no value/ });
    assert.throws(() => el.evaluateTime(el.literal<"time">("noon"), values({})), { code: "EL_VALUE" });
    assert.equal(`${one.at.file}:${one.at.line - 1}`, at);
  });
});

describe("parameters", () => {
  const cases: readonly (readonly [ParameterSpec, readonly (readonly [string, string])[], readonly string[]])[] = [
    [
      { type: "int", min: -5, max: 2_147_483_647 },
      [
        ["7", "7"],
        ["007", "7"],
        ["-5", "-5"],
        ["-0", "0"],
      ],
      ["", "1.5", "1e3", "-6", "2147483648", "0x1", " 1", "1\n"],
    ],
    [
      { type: "decimal", min: 0, max: 1 },
      [
        ["0.010", "0.01"],
        ["1", "1"],
        ["00.5", "0.5"],
        ["1.000", "1"],
      ],
      ["", ".5", "1.", "1.01", "-0.1", "1e-3", "NaN"],
    ],
    [{ type: "boolean" }, [["true", "true"]], ["True", "1", ""]],
    [{ type: "time" }, [["2012-03-01T00:00Z", "2012-03-01T00:00Z"]], ["2012-03-01", "2012-02-30T00:00Z"]],
    [{ type: "choice", choices: ["a", "b"] }, [["a", "a"]], ["A", "", "c"]],
    [
      { type: "dateFormat" },
      [
        ["M/d/yyyy H:mm", "M/d/yyyy H:mm"],
        ["yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss"],
      ],
      ["", "YYYY", "EEE", "yyyy'x'"],
    ],
    [
      { type: "path" },
      [
        ["/a/", "/a"],
        ["/", "/"],
        ["hdfs://n/a//", "hdfs://n/a"],
      ],
      ["/a\u0000"],
    ],
    [
      { type: "string" },
      [
        ["", ""],
        [" a ", " a "],
      ],
      ["a\u001b"],
    ],
  ];
  for (const [spec, good, bad] of cases)
    it(`of type ${spec.type} have one spelling, and refuse other texts by name`, () => {
      for (const [text, one] of good) assert.equal(parseParameter("x", spec, text), one);
      for (const text of bad)
        assert.throws(
          () => parseParameter("x", spec, text, "-D x"),
          { code: "PARAMETER_VALUE", message: /^parameter x: /, where: "-D x" },
          JSON.stringify(text),
        );
    });
});

describe("composing", () => {
  const step = fs("make", [mkdir("/a")]);

  it("gives frozen values that know their line", () => {
    const at = here();
    const made = workflow("w", { hour: "string" }, ({ hour }) =>
      sequence(step, decide("d", [when(el.equal(hour, "x"), step)])),
    );
    assert.equal(`${made.at.file}:${made.at.line - 1}`, at);
    assert.ok(Object.isFrozen(made) && Object.isFrozen(step));
    const handled = shell("sh", { command: "true", retry: { max: 2, every: minutes(5) } }).onError(step);
    assert.deepEqual([handled.handler, handled.retry?.max, step.handler], [step, 2, undefined]);
  });
});

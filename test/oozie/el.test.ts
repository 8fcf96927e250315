import assert from "node:assert/strict";
import fc from "fast-check";
import { parseOozieTime } from "#src/core/time.js";
import { derivedName, propertiesIn, textOf } from "#src/oozie/app/context.js";
import * as el from "#src/oozie/el/index.js";
import { intParameter, parameters, pathParameter, textParameter, timeParameter } from "#src/oozie/parameters.js";

const p = parameters({
  hour: timeParameter(),
  many: intParameter({ default: 3 }),
  root: pathParameter(),
  word: textParameter(),
});
/** A value of another job, which is a text. */
const yes = el.expr<"boolean", "workflow">({ is: "parameter", name: "yes" });
const values: el.Scope = {
  parameter: (name) => ({ yes: "true", hour: "2012-03-25T07:30Z", many: "4", root: "/data", word: "a'b" })[name],
};
const time = el.literal<"time">("2012-03-25T07:30Z");

describe("the text of expressions, as Oozie reads it", () => {
  const written: readonly (readonly [string, el.Expr, string])[] = [
    ["a constant", el.literal("plain"), "plain"],
    ["a parameter", p.many, "${many}"],
    [
      "a number that an action wrote",
      el.greater(el.outputOf("a", "rows"), el.add(p.many, el.outputOf("a", "more"))),
      "${(wf:actionData('a')['rows'] + 0 gt (many + wf:actionData('a')['more']) + 0)}",
    ],
    ["texts put together", el.path`${p.root}/x-${el.YEAR}${el.MONTH}/${el.HOUR}`, "${root}/x-${YEAR}${MONTH}/${HOUR}"],
    ["what would begin an expression, put together", el.text`${p.word}${"$"}${el.text`{x}`}`, "${word}${'$'}{x}"],
    [
      "a call in a call",
      el.formatTime(el.call("coord:nominalTime"), "yyyyMMdd"),
      "${coord:formatTime(coord:nominalTime(), 'yyyyMMdd')}",
    ],
    [
      "a date moved",
      el.dateOffset(el.call<"time", "action">("coord:nominalTime"), -1, "DAY"),
      "${coord:dateOffset(coord:nominalTime(), -1, 'DAY')}",
    ],
    ["what a constant call gives", el.dateOffset(time, 1, "MONTH"), "2012-04-25T07:30Z"],
    ["a key of an action's output", el.outputOf("count", "rows"), "${wf:actionData('count')['rows']}"],
    ["texts in a call", el.fileSystem.exists(el.path`${p.root}/x`), "${fs:exists(concat(root, '/x'))}"],
    ["a comparison of texts", el.equal(p.many, 4), "${(many eq '4')}"],
    ["a comparison of numbers", el.greater(p.many, 3), "${(many + 0 gt 3 + 0)}"],
    ["sums", el.subtract(el.hoursInDay(0), 1), "${(coord:hoursInDay(0) - 1)}"],
    [
      "operators",
      el.both(el.not(el.equal(p.word, "x")), el.partitionExists("hcat://s/d/t")),
      "${((not (word eq 'x')) and hcat:exists('hcat://s/d/t'))}",
    ],
    ["a quote", el.equal(p.word, "a'b\\"), "${(word eq 'a\\'b\\\\')}"],
    [
      "what looks like an expression",
      el.text`cost: $\{x} #{y} \\d $5 ${p.word}`,
      "cost: ${'$'}{x} ${'#'}{y} ${'\\\\'}d $5 ${word}",
    ],
    ["what is resolved before submission", el.startOfDay(p.hour), "${startOfDay_hour}"],
    ["a local time", el.timeIn("Europe/Berlin", "2012-03-25T09:30"), "2012-03-25T07:30Z"],
    ["the message of the last failure", el.wf.errorMessage(), "${wf:errorMessage(wf:lastErrorNode())}"],
    ["a counter", el.wf.counter("mr", "g", "n"), "${hadoop:counters('mr')['g']['n']}"],
  ];
  for (const [what, value, text] of written)
    it(`says ${what}`, () => {
      assert.equal(textOf(value), text);
    });

  it("writes every function of the table by its own name or as an operator", () => {
    for (const fn of Object.keys(el.elFunctions) as el.ElFunction[]) {
      const { args, constant, operator } = el.factsOf(fn);
      const given = args.map((type, i) => el.expr({ is: "parameter", name: `${type}${i}` }));
      const text = textOf(el.call(fn, ...given));
      if (el.isOwn(fn)) assert.equal(text, `\${${derivedName(el.call(fn, ...given))}}`);
      else assert.ok(text.includes(operator ?? fn) && text.endsWith(constant === true ? `${fn}}` : "}"), text);
      for (const name of given.map(textOf)) if (!el.isOwn(fn)) assert.ok(text.includes(name.slice(2, -1)), text);
    }
  });

  it("leaves nothing of a literal text that Oozie would evaluate, and reads back the same", () => {
    // What Tomcat's EL and its predecessor make of a text without variables: strings in ${…}, and escapes outside.
    const read = (text: string): string =>
      text.replace(/\$\{'((?:[^'\\]|\\.)*)'\}|\\([\\$#'"])/g, (_, inner?: string, escaped?: string) =>
        inner === undefined ? escaped! : inner.replace(/\\(.)/g, "$1"),
      );
    fc.assert(
      fc.property(fc.stringMatching(/^[ab${}#'"\\ ]*$/), (text) => {
        assert.equal(read(el.literalText(text)), text);
      }),
      { numRuns: 2000 },
    );
  });

  it("escapes inside of an action what comes back raw, and nothing else", () => {
    const inAction = (value: el.Expr): string => el.elActionText(value, derivedName);
    const escaped = (text: string): string =>
      `\${replaceAll(replaceAll(replaceAll(${text}, '\\\\x26', '&'), '\\\\x3c', '<'), '\\\\x3e', '>')}`;
    assert.equal(inAction(el.outputOf("a", "k")), escaped("wf:actionData('a')['k']"));
    assert.equal(
      inAction(el.text`failed: ${el.wf.errorMessage()} ${p.word}`),
      `failed: ${escaped("wf:errorMessage(wf:lastErrorNode())")} \${word}`,
    );
    assert.equal(inAction(el.text`${"$"}{x} ${el.wf.name}${"#"}${"{y}"}`), "${'$'}{x} ${wf:name()}${'#'}{y}");
    for (const plain of [p.word, el.wf.name, el.equal(el.outputOf("a", "k"), "x"), el.literal("a & b")])
      assert.equal(inAction(plain), textOf(plain));
  });

  it("names the properties that it needs", () => {
    const value = el.text`${p.root}/${el.startOfDay(p.hour)}/${el.startOfDay("2012-03-25T07:30Z")}/${p.many}`;
    assert.deepEqual(propertiesIn(value).map(derivedName), ["root", "startOfDay_hour", "many"]);
  });
});

describe("a regular expression that Java alone reads", () => {
  const one = el.texts.replaceAll("ab1", "\\p{Alpha}++", "x");

  it("is left to Oozie, also among constants, and refused here", () => {
    assert.equal(textOf(one), String.raw`\${replaceAll('ab1', '\\p{Alpha}++', 'x')}`.replace("\\$", "$"));
    assert.throws(() => el.evaluate(one, values), { code: "EL_JAVA" });
  });
});

describe("the values of expressions", () => {
  const cases: readonly (readonly [string, el.Expr, el.ElValue])[] = [
    ["a month later, clipped", el.dateOffset(el.literal<"time">("2012-01-31T00:00Z"), 1, "MONTH"), "2012-02-29T00:00Z"],
    ["on a zone's clock", el.dateTzOffset(time, "Europe/Berlin"), "2012-03-25T09:30Z"],
    ["seconds", el.epochTime(time), "1332660600"],
    ["milliseconds", el.epochTime(time, "milliseconds"), "1332660600000"],
    ["a sum", el.add(p.many, 3), 7],
    ["a difference", el.subtract(1, p.many), -3],
    ["a product", el.multiply(p.many, p.many), 16],
    ["the first that is there", el.texts.firstNotNull("", p.word), "a'b"],
    ["a URL's part", el.texts.urlEncode("a b&c~d*(e)"), "a+b%26c%7Ed*%28e%29"],
    ["replaced", el.texts.replaceAll("a1b22", "[0-9]+", "-"), "a-b-"],
    ["replaced by groups", el.texts.replaceAll("a1b2", "([ab])([0-9])", "$2\\$$1"), "1$a2$b"],
    ["appended", el.texts.appendAll("a,b", "/x", ","), "a/x,b/x"],
    ["appended to parts that a regular expression divides", el.texts.appendAll("a,b,,", "/x", "[,]"), "a/x[,]b/x"],
    ["trimmed of spaces and control characters alone", el.texts.trim(" \ta\u00a0 "), "a\u00a0"],
    ["true for a property that says so", el.not(el.both(yes, el.either(yes, el.equal(1, 2)))), false],
    ["a comparison across types", el.equal(p.many, "4"), true],
  ];
  for (const [what, value, wanted] of cases)
    it(`are ${what}`, () => {
      assert.equal(el.evaluate(value, values), wanted);
    });

  it("are refused where a replacement asks for a group that is not there", () => {
    for (const by of ["$2", "a$", "\\"])
      assert.throws(() => el.evaluate(el.texts.replaceAll("a", "(a)", by), values), { code: "EL_VALUE" }, by);
  });

  for (const [local, why] of [
    ["2012-03-25T02:30", /clocks skip that time/],
    ["2012-10-28T02:30", /show that time twice/],
    ["2012-10-28", /is no local time/],
  ] as const)
    it(`are refused for the local time ${local} of Berlin, with the place`, () => {
      assert.throws(() => el.evaluate(el.timeIn("Europe/Berlin", local), values), {
        code: "EL_VALUE",
        message: why,
        where: /el\.test\.js:\d+$/,
      });
    });

  it("know the moment that a zone's clock shows", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"),
        fc.integer({ min: 22_000_000, max: 23_000_000 }),
        (zone, minute) => {
          const local = new Date(minute * 60_000).toISOString().slice(0, 16);
          try {
            const moment = String(el.evaluate(el.timeIn(zone, local), values));
            assert.equal(el.evaluate(el.dateTzOffset(el.literal(moment), zone), values), `${local}Z`);
            assert.notEqual(parseOozieTime(moment), undefined);
          } catch (error) {
            // Gaps and overlaps are refused; there are few.
            assert.equal((error as { code?: string }).code, "EL_VALUE");
          }
        },
      ),
    );
  });
});

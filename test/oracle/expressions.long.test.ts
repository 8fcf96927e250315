import assert from "node:assert/strict";
import fc from "fast-check";
import { actionTextOf, textOf } from "#src/oozie/app/context.js";
import * as el from "#src/oozie/el/index.js";
import { intParameter, parameters, textParameter } from "#src/oozie/parameters.js";
import { hours } from "#src/core/time.js";
import { slaElement } from "#src/oozie/app/sla.js";
import { sla } from "#src/oozie/sla.js";
import { element, printXml } from "#src/oozie/xml.js";
import { propertyLine } from "#src/release/properties.js";
import { answered, answeredValues, askOozie, field } from "./oozie.js";

const p = parameters({ word: textParameter(), other: textParameter(), many: intParameter() });
const flag: el.Expr<"boolean", "workflow"> = el.expr({ is: "parameter", name: "flag" });

/** Texts of which an action's XML keeps every character, and of which functions of texts see no more than is there. */
const letters = ["a", "b", "1", " ", "$", "{", "}", "#", "\\", ";", ",", "é", "/", ".", "*", "${", "#{", "\\u"];
const plainText = fc.string({ unit: fc.constantFrom(...letters), maxLength: 8 });
/** What an action's XML has as references: functions such as `urlEncode` see those. */
const anyText = fc.string({ unit: fc.constantFrom(...letters, "'", '"', "&", "<", ">", "&amp;", "<b>"), maxLength: 8 });

/** Values as they can arrive: trimmed, not empty, none that is XML with markup in it. */
const value = plainText.map((one) => one.trim()).filter((one) => one !== "");
const marked = fc.tuple(value, fc.constantFrom("", " & ", "<", ">", "&b")).map(([one, mark]) => `${one}${mark}${one}`);
const scopeOf = (values: fc.Arbitrary<string>): fc.Arbitrary<Readonly<Record<string, string>>> =>
  fc.record({
    word: values,
    other: values,
    many: fc.integer({ min: -9, max: 9 }).map(String),
    flag: fc.constantFrom("true", "false"),
  });

type Made = el.Expr<never, "workflow">;
/** Expressions without anything that only a server knows; functions of texts with those of `texts`. */
function expressions(texts: fc.Arbitrary<string>, functions: boolean): fc.Arbitrary<Made> {
  const made = (one: el.Expr<el.ElType, "workflow">): Made => one as Made;
  const { string, int, boolean } = fc.letrec<{ string: Made; int: Made; boolean: Made }>((tie) => {
    const s = tie("string") as fc.Arbitrary<el.Expr<"string", "workflow">>;
    const n = tie("int") as fc.Arbitrary<el.Expr<"int", "workflow">>;
    const b = tie("boolean") as fc.Arbitrary<el.Expr<"boolean", "workflow">>;
    const parameter = fc.constantFrom(p.word, p.other);
    const joined = fc.tuple(s, parameter, s).map(([one, other, third]) => made(el.text`${one}-${other}${third}`));
    const used = [
      fc.tuple(s, s).map(([one, what]) => made(el.texts.appendAll(one, what, ","))),
      fc.tuple(s, s).map(([one, by]) => made(el.texts.replaceAll(one, "([ab])1?", el.texts.urlEncode(by)))),
      s.map((one) => made(el.texts.replaceAll(one, "([ab])(1?)", "[$2$1\\$]"))),
      s.map((one) => made(el.texts.urlEncode(one))),
      s.map((one) => made(el.texts.trim(one))),
    ];
    return {
      string: fc.oneof(
        { maxDepth: 3, depthSize: "small" },
        texts.map((one) => made(el.literal(one))),
        parameter.map(made),
        joined,
        fc.tuple(parameter, s).map(([one, other]) => made(el.texts.firstNotNull(one, other))),
        fc.constant(made(el.wf.conf("many"))),
        ...(functions ? used : []),
      ),
      int: fc.oneof(
        { maxDepth: 3, depthSize: "small" },
        fc.integer({ min: -9, max: 9 }).map((one) => made(el.literal(one))),
        fc.constant(made(p.many)),
        ...[el.add, el.subtract, el.multiply].map((fn) => fc.tuple(n, n).map(([one, other]) => made(fn(one, other)))),
      ),
      boolean: fc.oneof(
        { maxDepth: 3, depthSize: "small" },
        fc.boolean().map((one) => made(el.literal(one))),
        fc.constant(made(flag)),
        fc.tuple(s, s).map(([one, other]) => made(el.equal(one, other))),
        fc.tuple(n, n).map(([one, other]) => made(el.equal(one, other))),
        fc.tuple(n, n).map(([one, other]) => made(el.greater(one, other))),
        ...[el.both, el.either].map((fn) => fc.tuple(b, b).map(([one, other]) => made(fn(one, other)))),
        b.map((one) => made(el.not(one))),
      ),
    };
  });
  return fc.oneof({ weight: 3, arbitrary: string }, int, boolean);
}

type Sample = readonly [el.Expr, Readonly<Record<string, string>>];

const printed = (one: el.Expr): string => printXml(element("arg", {}, textOf(one)), new Map());
const propertiesOf = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([name, one]) => propertyLine(name, one))
    .join("\n");
const evaluated = ([one, values]: Sample): string =>
  String(
    el.evaluate(one, {
      parameter: (name) => values[name],
      call: (fn, [name]) => (fn === "wf:conf" ? values[String(name)] : undefined),
    }),
  );

describe("expressions beside Oozie's evaluator", function () {
  this.timeout(300_000);

  for (const [what, expression, values] of [
    ["functions of texts", expressions(plainText, true), value],
    ["characters that XML writes as references", expressions(anyText, false), marked],
  ] as const)
    it(`have the values that they have here, as texts of an action: ${what}`, async function () {
      const samples = fc.sample(fc.tuple(expression, scopeOf(values)), 1500);
      const answers = await askOozie(
        this,
        samples.map(([one, given]) => ["action", field(printed(one)), field(propertiesOf(given))]),
      );
      // XmlUtils.prettyPrint takes white space from both ends of an element's text.
      for (const [i, sample] of samples.entries())
        assert.equal(
          answered(answers[i]!).trim(),
          evaluated(sample).trim(),
          `${printed(sample[0])} ${JSON.stringify(sample[1])}`,
        );
    });
});

describe("what comes back raw inside of an action", () => {
  it("is escaped, so that the action's XML stays whole", async function () {
    this.timeout(60_000);
    const said = ["near <EOF> & more", "a &amp; b", "]]>", '"quoted" \\ $5', "plain"];
    const answers = await askOozie(
      this,
      said.map((one) => {
        const text = actionTextOf(el.text`said: ${el.wf.conf("message")}`);
        return ["action", field(printXml(element("arg", {}, text), new Map())), field(propertyLine("message", one))];
      }),
    );
    for (const [i, one] of said.entries()) assert.equal(answered(answers[i]!), `said: ${one}`);
  });
});

describe("what the checks say of texts", () => {
  const asked = async (
    test: Mocha.Context,
    questions: readonly (readonly [value: el.Expr, given: string])[],
  ): Promise<readonly string[]> => {
    const answers = await askOozie(
      test,
      questions.map(([one, given]) => ["action", field(printed(one)), field(propertyLine("word", given))]),
    );
    return answers.map((answer) => (answer.startsWith("!") ? answer : answered(answer).trim()));
  };
  const { texts } = el;

  it("holds for Oozie's evaluator", async function () {
    this.timeout(60_000);
    const answers = await asked(this, [
      [texts.firstNotNull("", p.word), "b"],
      [texts.firstNotNull(el.wf.conf("nothing"), p.word), "b"],
      [texts.urlEncode(p.word), "a & b"],
      [texts.urlEncode(p.word), "a'b"],
      [texts.appendAll(p.word, "x", ";"), "a & b"],
      [el.equal(p.word, "a & b"), "a & b"],
      [el.equal(p.word, "a'b"), "a'b"],
      [el.equal(p.word, "a > b"), "a > b"],
      [el.equal(p.word, "a'b & c"), "a'b & c"],
      [el.equal(p.word, el.wf.conf("word")), "a & b"],
      [texts.replaceAll(p.word, "\\p{Alpha}++", "x"), "ab1"],
      [p.word, ""],
      [p.word, " a "],
      [p.word, "${user.name} ${nobody}"],
    ]);
    assert.deepEqual(answers, [
      // An empty text is there; what is missing is not.
      "",
      "b",
      // References, and what parts of them become.
      "a+%26amp%3B+b",
      "a%27b",
      '!SAXParseException The entity "ampx" was referenced, but not declared.',
      "true",
      "true",
      "false",
      "false",
      "false",
      "x1",
      // Values: empty, with white space, with an expression.
      "!ELException variable [word] cannot be resolved",
      "a",
      "${user.name} ${nobody}",
    ]);
  });

  it("holds for what is promised of a workflow", async function () {
    this.timeout(60_000);
    const promised = (message: el.Expr<"string">): string => {
      const made = sla<"promise">({
        nominalTime: "2012-03-01T00:00Z",
        shouldEnd: hours(1),
        message: message as el.Expr<"string", "promise">,
      });
      return printXml(slaElement(made)[0]!, new Map([["sla", "0.2"]]));
    };
    const answers = await askOozie(
      this,
      [
        [el.text`late: ${p.word} <&>`, "a"],
        [el.text`late: ${p.word}`, "a & b"],
        [el.text`late: ${el.wf.name}`, "a"],
      ].map(([message, given]) => [
        "sla",
        field(promised(message as el.Expr<"string">)),
        field(propertyLine("word", given as string)),
      ]),
    );
    assert.equal(answered(answers[0]!), "late: a <&>");
    // Values of parameters are not escaped there, and there are no functions.
    assert.match(answers[1]!, /^!SAXParseException/);
    assert.match(answers[2]!, /^!ELParseException Function 'wf:name' not found/);
  });
});

describe("a job.properties beside Java's", () => {
  it("gives back every value", async function () {
    this.timeout(60_000);
    const odd = fc.string({
      unit: fc.constantFrom(...letters, "\t", "\n", "\r", "\f", "=", ":", "!", "\u{1f600}"),
      maxLength: 9,
    });
    const samples = fc.sample(fc.record({ "a.b-c": odd, d: odd }), 300);
    const answers = await askOozie(
      this,
      samples.map((one) => ["properties", field(propertiesOf(one))]),
    );
    for (const [i, sample] of samples.entries()) assert.deepEqual(answeredValues(answers[i]!), { ...sample });
  });
});

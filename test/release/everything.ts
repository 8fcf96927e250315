/** A project that has every kind of definition. */
export const everything = `
import * as h from "howdah";
const p = h.parameters({
  root: h.pathParameter({ default: "/data" }),
  first: h.timeParameter(),
  many: h.intParameter({ default: 3, describe: "how many & why" }),
  token: h.textParameter(),
});
const logs = h.dataset("logs", { every: h.hours(1), initial: h.startOfDay(p.first), uri: h.path\`\${p.root}/logs/\${h.YEAR}/\${h.HOUR}\`, doneFlag: "" });
const out = h.dataset("out", { every: h.months(1), initial: p.first, uri: h.path\`/out/\${h.YEAR}-\${h.MONTH}\`, timezone: "Europe/Berlin" });
const inner = h.workflow("inner", { day: "string" }, ({ day }) => h.sequence(
  h.java("run", { mainClass: "a.B", arguments: [day, "<&>"], javaOptions: ["-Xmx1g", "-Dx=y"], captureOutput: true, files: ["lib/x.jar"], launcher: { memory: 2048, environment: { A: "1" } } }),
));
const mail = h.email("mail", { to: "ops@example.com", subject: h.text\`\${h.wf.name} failed\`, body: h.wf.errorMessage(), cc: "b@example.com" });
const outer = h.workflow("outer", { day: "string", files: "path" }, ({ day, files }) => h.sequence(
  h.fs("clean", [h.remove(h.path\`/tmp/\${day}\`), h.mkdir(h.path\`\${p.root}/x\`), h.remove("/tmp/again"), h.chmod("/tmp", "755", { recursive: true, files: false }), h.touch("/tmp/t"), h.move("/a", "/b"), h.chgrp("/tmp", "users")]),
  h.parallel("both",
    h.shell("count", { command: "count.sh", arguments: [files], environment: { DAY: day }, files: ["bin/count.sh"], captureOutput: true, configuration: { "a.b": "c" }, prepare: [h.remove("/tmp/count")] }),
    h.sequence(h.distcp("copy", { from: ["/a", h.path\`\${p.root}/b\`], to: "/c", options: ["-update"] }), h.subWorkflow("sub", inner.with({ day })))),
  h.decide("enough", [h.when(h.greater(2, 1), h.sparkApplication("app", { application: "jobs/app.py", arguments: [day], options: "--conf a=b" }))], h.kill("none", "nothing to do")),
).onError(mail), { sla: ({ day }) => ({ nominalTime: "2020-01-01T00:00Z", shouldEnd: h.hours(2), shouldStart: h.minutes(10), contacts: ["a@example.com"], message: day }) });
const coord = h.coordinator("coord", {
  every: h.every("minutes", p.many), start: p.first, end: "2030-01-01T00:00Z", timezone: "Europe/Berlin",
  reads: { logs: logs.currentRange(h.subtract(0, h.hoursInDay(0)), 0), last: logs.latest(0), next: logs.future(0, 10), since: logs.since(p.first, 0), period: logs.sinceStartOf("endOfDays", -1, 0), off: logs.offsetRange(-2, -1, "HOUR") },
  writes: { out: out.current(0), unused: logs.current(0) },
  run: ({ nominalTime, formatTime, reads, writes }) => outer.with({ day: formatTime(nominalTime, "yyyyMMdd"), files: h.path\`\${reads.logs},\${writes.out}\` }),
  timeout: h.days(2), concurrency: p.many, execution: "LIFO",
  sla: ({ nominalTime }) => ({ nominalTime, shouldEnd: h.hours(1) }),
});
export default h.defineConfig({ name: "all", definitions: [h.bundle("b", [coord], { kickOff: p.first })], targets: { here: h.folder("data") } });
`;
export const everythingFiles = { "bin/count.sh": "echo rows=1\n", "lib/x.jar": "jar", "jobs/app.py": "print(1)\n" };

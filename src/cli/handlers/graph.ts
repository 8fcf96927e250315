import { writeFileSync } from "node:fs";
import { extname, resolve } from "node:path";
import { didYouMean, exitCodes, HowdahError } from "../../core/errors.ts";
import { onDisk } from "../../project/disk.ts";
import {
  contentWords,
  graphFacts,
  graphOf,
  renderDot,
  renderMermaid,
  renderSvg,
  renderText,
  warmUp,
  type Graph,
} from "../../report/graph/index.ts";
import type { Arguments } from "../command.ts";
import type { Io } from "../io.ts";
import { nearby } from "../nearby.ts";
import { definitionsOf } from "../project.ts";

/** `howdah graph` */
export async function handle(args: Arguments, io: Io): Promise<number> {
  const [name] = args.positionals;
  const out = args.text("out");
  const render = rendererOf(args, io);
  if (render === renderSvg) warmUp();
  const graph = graphOf(await definitionsOf(args, io), name);
  if (out === undefined) {
    if (io.json) io.out(JSON.stringify(graphFacts(graph)));
    else await io.write(await render(graph));
    return exitCodes.done;
  }
  const file = resolve(io.cwd, out);
  const text = await render(graph);
  onDisk("write the graph", file, () => writeFileSync(file, text));
  if (io.json) io.out(JSON.stringify({ file, ...graphFacts(graph) }));
  else io.say(`${io.colors.green("drawn")} ${graph.title}: ${contentWords(graph)}, in ${nearby(file, io)}`);
  return exitCodes.done;
}

type Render = (graph: Graph) => Promise<string> | string;

const renderers: Readonly<Record<string, Render>> = {
  svg: renderSvg,
  dot: renderDot,
  mermaid: renderMermaid,
  text: (graph) => renderText(graph, process.stdout.columns || 100),
};
const byExtension: Readonly<Record<string, string>> = {
  ".svg": "svg",
  ".dot": "dot",
  ".gv": "dot",
  ".mmd": "mermaid",
  ".mermaid": "mermaid",
  ".txt": "text",
};

/** By `--format`, else by the file's name. @throws USAGE */
function rendererOf(args: Arguments, io: Io): Render {
  const [format, out] = [args.text("format"), args.text("out")];
  const formats = Object.keys(renderers).join(", ");
  if (format !== undefined) {
    const render = Object.hasOwn(renderers, format) ? renderers[format] : undefined;
    if (render === undefined)
      throw new HowdahError(`there is no format ${format}${didYouMean(format, Object.keys(renderers))}`, {
        code: "USAGE",
        next: `--format is one of ${formats}`,
      });
    if (io.json && out === undefined)
      throw new HowdahError("--json prints the graph's facts, so --format has nothing to draw", {
        code: "USAGE",
        next: "leave one of them out, or name a file for the drawing: --out FILE",
      });
    return render;
  }
  if (out === undefined) return renderers["text"]!;
  const known = byExtension[extname(out).toLowerCase()];
  if (known !== undefined) return renderers[known]!;
  throw new HowdahError(`the name ${out} does not tell in which format to draw`, {
    code: "USAGE",
    next: `say it: --format, one of ${formats}; or end the name in .svg, .dot, .mmd or .txt`,
  });
}

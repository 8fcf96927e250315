/** What run_sql.py says at last: it names the unit. Spark puts it into the driver's standard output (PythonRunner). */
export const ofRunner = /^error: /;

/** What it says below an error: which check failed, its rows, the query; at last what to do. */
export const belowRunner = /^(?: {2}|next: )/;

/** How many lines below an error of run_sql.py are taken with it, and what to do besides. */
const mostBelow = 12;

/** What kind of line tells why something failed: the ones before say more than those after. */
const kinds: readonly { readonly pattern: RegExp; readonly keep: number }[] = [
  { pattern: ofRunner, keep: 2 },
  // YARN, of a container that took more memory than it had asked for.
  { pattern: /running beyond (?:the '?)?(?:physical|virtual)|killed by YARN for exceeding/i, keep: 2 },
  { pattern: /(?<!On)OutOfMemoryError|GC overhead limit exceeded|Cannot allocate memory|^Killed$/, keep: 2 },
  // Spark's and Hive's own errors over SQL.
  { pattern: /\b(?:AnalysisException|ParseException|SemanticException|SparkUpgradeException)\b/, keep: 3 },
  // Beeline.
  { pattern: /^(?:\d+: jdbc:\S+ )?Error: .*\(state=|^FAILED: /, keep: 3 },
  { pattern: /command not found|No such file or directory|Permission denied|AccessControlException/, keep: 3 },
  { pattern: /\b(?:FileNotFoundException|InvalidInputException|UnknownHostException|ConnectException)\b/, keep: 2 },
  { pattern: /^Caused by: /, keep: 2 },
  { pattern: /^(?:Exception in thread "[^"]*" )?(?:[a-z]\w*\.)+\w*(?:Exception|Error)\b/, keep: 2 },
  {
    pattern: /\bUser (?:class|application) (?:threw exception|exited with)|^Exit code of the Shell command [^0]/,
    keep: 1,
  },
  { pattern: /\b(?:ERROR|FATAL)\b(?!.*StatusLogger)/, keep: 2 },
  { pattern: /\bexit(?:ed with)? ?code\b.*[1-9]/i, keep: 1 },
];

/** What each launcher says of every failure, which tells nothing of this one. */
const noise = [
  /^java\.lang\.reflect\.InvocationTargetException/,
  /Caused by: org\.apache\.oozie\.action\.hadoop\.LauncherMainException\s*$/,
  /Caused by: java\.lang\.SecurityException: Intercepted System\.exit/,
  /StatusLogger|ShutdownHookManager/,
  /^\s*<(?:name|value|property)>|^[\w.-]+=|^\s+at /,
];

/** A traceback's first line; the last one, not indented, names the error. */
const traceback = /^(?:\S.*\s)?Traceback \(most recent call last\):/;

/** Files of Python's own libraries and of Spark's. */
const libraries = /site-packages\/|\/(?:pyspark|py4j)[^/]*(?:\.zip)?\/|\/lib\/python\d/;

/**
 * Picks the lines of a log that tell why something failed, as they go by: the end of the last Python traceback first, then
 * what databases, Java and YARN say, the latest of each kind. Keeps a few lines, however long the log is.
 */
export class Decisive {
  /** By kind: a line, and what stands below it. */
  readonly #found = kinds.map((): (readonly [line: string, below?: readonly string[]])[] => []);
  #traceback: readonly string[] = [];
  #open: string[] | undefined;
  #skips = false;
  /** What run_sql.py says below its latest error. */
  #below: string[] | undefined;

  add(line: string): void {
    const text = line.trimEnd().slice(0, 2000);
    if (this.#inTraceback(text)) return;
    if (this.#below !== undefined && belowRunner.test(text)) {
      const isLast = !text.startsWith(" ");
      if (isLast || this.#below.length < mostBelow) this.#below.push(text);
      if (isLast) this.#below = undefined;
      return;
    }
    this.#below = undefined;
    if (ofRunner.test(text)) this.#below = [];
    if (noise.some((one) => one.test(text))) return;
    const kind = kinds.findIndex(({ pattern }) => pattern.test(text));
    if (kind < 0) return;
    const found = this.#found[kind]!;
    if (found.some(([first]) => first === text)) return;
    found.push(this.#below === undefined ? [text] : [text, this.#below]);
    if (found.length > kinds[kind]!.keep) found.shift();
  }

  /** The most telling first. */
  lines(): readonly string[] {
    const found = this.#found.flat().flatMap(([line, below = []]) => [line, ...below]);
    const all = [...this.#traceback, ...(this.#open ?? []), ...found];
    return [...new Set(all)];
  }

  /** Of a traceback the last frame and the error stay. True for a line of one. */
  #inTraceback(text: string): boolean {
    if (traceback.test(text)) {
      this.#open = [];
      return true;
    }
    if (this.#open === undefined) return false;
    if (/^\s/.test(text)) {
      // A frame is two lines: where, and the statement. Those of libraries say less than the last one before them.
      const isFrame = /^\s+File "/.test(text);
      if (isFrame) this.#skips = this.#open.length > 0 && libraries.test(text);
      if (this.#skips) return true;
      if (isFrame) this.#open = [text];
      else if (this.#open.length < 2) this.#open.push(text);
      return true;
    }
    if (text === "") return true;
    this.#traceback = [text, ...this.#open];
    this.#open = undefined;
    return true;
  }
}

/** The last so many lines of what goes by. */
export class Tail {
  readonly #lines: string[] = [];
  readonly #most: number;
  #left = 0;

  constructor(most: number) {
    this.#most = most;
  }

  add(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > this.#most) {
      this.#lines.shift();
      this.#left += 1;
    }
  }

  get lines(): readonly string[] {
    return this.#lines;
  }

  /** How many went by before them. */
  get left(): number {
    return this.#left;
  }
}

/** What a log tells of a failure. */
export interface Diagnosis {
  /** The lines that decide, in the order of the log. */
  readonly lines: readonly string[];
  /** What to do, where the cause is known. */
  readonly next?: string;
}

interface Cause {
  readonly sign: RegExp;
  readonly next: string;
}

/** Causes by the signs that they leave in a server's log; the first that fits is told. */
const causes: readonly Cause[] = [
  {
    sign: /UnsupportedClassVersionError|Unrecognized option: --add-opens|InaccessibleObjectException|getSubject is (not )?supported/,
    next: "the servers need Java 17: set JAVA_HOME to one; `howdah sandbox doctor` says how to get it",
  },
  {
    sign: /UnknownHostException: ([\w.-]+)/,
    next: "this machine's name does not resolve: add the line `127.0.0.1 $1` to /etc/hosts",
  },
  {
    sign: /OutOfMemoryError|insufficient memory for the Java Runtime|Cannot allocate memory/,
    next: "memory is short: end other programs, or start with --small",
  },
  {
    sign: /Address already in use|BindException|Problem binding to/,
    next: "another program took a port meanwhile; `howdah sandbox doctor` names it, --port-offset 3000 moves all ports",
  },
  {
    sign: /used space above threshold|local-dirs (are|turned) bad|No space left on device|DiskFull/i,
    next: "the disk is full: free some space (YARN takes no work on a disk that is 99 % full)",
  },
  {
    sign: /XSDB6/,
    next: "another process holds this server's database: stop it, then `howdah sandbox up`",
  },
  {
    sign: /InconsistentFSStateException|Incompatible (clusterIDs|namespaceID)|NameNode is not formatted/,
    next: "HDFS's folders do not fit together: `howdah sandbox reset` makes them anew; data is lost",
  },
  {
    sign: /ClassNotFoundException|NoClassDefFoundError|NoSuchMethodError|zip END header not found|error in opening zip file/,
    next: "a package is missing or broken: see `howdah sandbox doctor`, then `howdah sandbox up`",
  },
  {
    sign: /Permission denied|AccessDeniedException/,
    next: "a file of the sandbox belongs to somebody else: see ls -l",
  },
];

const decisive =
  /\b(FATAL|ERROR|SEVERE)\b|Exception\b|Error\b|^Caused by|Unrecognized option|Could not create the Java/;
/** Seen in good starts as well. */
const harmless =
  /NativeCodeLoader|multiple SLF4J|SLF4J: |could not be loaded by|log4j:WARN|Retrying connect|TTransportException: null|^\s+at |^\s*\.\.\. \d+ more/;

/** Reads the decisive lines of a server's log, `count` at most, and what is known of their cause. */
export function diagnose(log: string, count = 6): Diagnosis {
  const all = log.split("\n").map((line) => line.trimEnd());
  const telling = all.filter((line) => decisive.test(line) && !harmless.test(line));
  const found = telling.length > 0 ? telling : all.filter((line) => line !== "");
  const known = causes
    .map(({ sign, next }) => ({ next, line: all.find((line) => sign.test(line) && !harmless.test(line)), sign }))
    .find(({ line }) => line !== undefined);
  const tail = found.slice(-count);
  // The line that tells the cause is shown, however long ago it was.
  const lines = known === undefined || tail.includes(known.line!) ? tail : [known.line!, ...tail.slice(1)];
  return {
    lines: lines.map((line) => (line.length > 240 ? `${line.slice(0, 239)}…` : line)),
    ...(known === undefined ? {} : { next: fillIn(known.next, known.sign.exec(known.line!)!) }),
  };
}

function fillIn(next: string, match: RegExpExecArray): string {
  return next.replace("$1", match[1] ?? "");
}

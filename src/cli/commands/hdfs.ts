import { clusterOption, type Command, type CommandGroup, type OptionSpec } from "../command.ts";

const place: Readonly<Record<string, OptionSpec>> = {
  target: clusterOption,
  url: { type: "list", value: "URL", describe: "WebHDFS or HttpFS, without any project; may be repeated for a pair" },
  user: { type: "string", value: "NAME", describe: "who asks, with --url (default: the operating system's user)" },
  project: { type: "string", value: "FOLDER", describe: "the project's folder (default: this one or one above it)" },
};
const recursive: OptionSpec = { type: "boolean", alias: "r", describe: "folders with all they hold" };
const force = (describe: string): OptionSpec => ({ type: "boolean", alias: "f", describe });
const transfer: Readonly<Record<string, OptionSpec>> = {
  force: force("replace what is there"),
  resume: { type: "boolean", describe: "leave out files that are there already with the same content; replace others" },
  parallel: { type: "string", value: "N", describe: "files at a time (default: 8)" },
};

interface Verb extends Pick<Command, "describe" | "examples" | "notes"> {
  readonly usage: string;
  readonly min: number;
  readonly max?: number;
  readonly options?: Readonly<Record<string, OptionSpec>>;
}

const verbs = {
  ls: {
    usage: "[-r] [PATH…]",
    min: 0,
    describe: "list folders, or files themselves",
    options: { recursive },
    examples: [["howdah hdfs ls -r /data", "everything below it"]],
  },
  put: {
    usage: "[-f] [--resume] FILE… PATH",
    min: 2,
    describe: "upload files and folders; - is what comes on stdin",
    options: transfer,
    examples: [
      ["howdah hdfs put data.csv jobs /data", "into the folder /data"],
      ["howdah hdfs put --resume big /data/big", "goes on with what an interrupted upload left out"],
      ["ls | howdah hdfs put - /tmp/list", "from stdin"],
    ],
  },
  get: {
    usage: "[-f] [--resume] PATH… FILE",
    min: 1,
    describe: "download files and folders; - is stdout",
    options: transfer,
    examples: [["howdah hdfs get '/data/2012*' .", "into this folder"]],
  },
  cat: {
    usage: "PATH…",
    min: 1,
    describe: "print files, one after another",
    examples: [["howdah hdfs cat '/logs/part-*'", "all parts"]],
  },
  append: {
    usage: "FILE… PATH",
    min: 2,
    describe: "put files behind a file; - is what comes on stdin",
    examples: [["howdah hdfs append more.csv /data/all.csv", "it is made when it is not there"]],
  },
  rm: {
    usage: "[-r] [-f] [--skip-trash] PATH…",
    min: 1,
    describe: "move files into the trash, or remove them",
    options: {
      recursive,
      force: force("it does not matter when there is nothing"),
      "skip-trash": { type: "boolean", describe: "remove them for good, at once" },
    },
    examples: [["howdah hdfs rm -r /tmp/old", "to the trash, from where mv brings it back"]],
  },
  mkdir: {
    usage: "[-p] PATH…",
    min: 1,
    describe: "make folders",
    options: {
      parents: { type: "boolean", alias: "p", describe: "with those above; one that is there is no failure" },
      mode: { type: "string", value: "OCTAL", describe: "its permission, such as 750" },
    },
    examples: [["howdah hdfs mkdir -p /data/landing", "and /data, if need be"]],
  },
  mv: {
    usage: "[-f] PATH… PATH",
    min: 2,
    describe: "rename, or move into a folder",
    options: { force: force("take the place of a file that is there") },
    examples: [["howdah hdfs mv /a /b /folder", "both into it"]],
  },
  du: {
    usage: "PATH…",
    min: 1,
    describe: "how much is below",
    examples: [["howdah hdfs du /data", "bytes and files"]],
  },
  chmod: {
    usage: "[-r] OCTAL PATH…",
    min: 2,
    describe: "change permissions",
    options: { recursive },
    examples: [["howdah hdfs chmod -r 750 /data", "a folder and all below it"]],
  },
  chown: {
    usage: "[-r] OWNER[:GROUP] PATH…",
    min: 2,
    describe: "change owner or group",
    options: { recursive },
    examples: [["howdah hdfs chown :analysts /data", "the group alone"]],
  },
  stat: {
    usage: "PATH…",
    min: 1,
    describe: "all that is known of a path",
    examples: [["howdah hdfs stat /a", "a line"]],
  },
  checksum: {
    usage: "PATH…",
    min: 1,
    describe: "the server's checksums of files",
    examples: [["howdah hdfs checksum /a", "algorithm and hex"]],
  },
} as const satisfies Readonly<Record<string, Verb>>;

export type HdfsVerb = keyof typeof verbs;

function command(verb: HdfsVerb): Command {
  const { usage, min, max = Infinity, options = {}, describe, examples, notes }: Verb = verbs[verb];
  return {
    name: `hdfs ${verb}`,
    usage: `hdfs ${verb} ${usage}`,
    describe,
    positionals: { min, max },
    options: { ...options, ...place },
    examples,
    ...(notes === undefined ? {} : { notes }),
    run: async (args, io) => (await import("../handlers/hdfs/run.ts")).handle(verb, args, io),
  };
}

export const hdfsCommands: CommandGroup = {
  name: "hdfs",
  describe: "files on a cluster: list, upload, download, remove and more",
  verbs: Object.fromEntries((Object.keys(verbs) as HdfsVerb[]).map((verb) => [verb, command(verb)])),
  notes: [
    "Paths of HDFS that do not begin with / are below your home folder there. *, ? and [ab] in them stand for what is\nthere; quote them, or the shell looks for files of this machine. --url http://namenode:9870 needs no project.",
  ],
};

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { libraryFolder } from "../../core/source.ts";
import { onDisk } from "../disk.ts";

/** What a new project may begin as. */
export const templates = {
  orders: {
    describe: "a small one: orders of a shop by hour, sales by day, with a sample",
    /** Folders of `templates/` whose files it gets. */
    folders: ["every", "orders"],
    /** Files and folders of the package itself that it gets. */
    own: [],
    /** Packages that it needs besides howdah, in the versions that howdah is made with. */
    packages: ["typescript"],
  },
  marketing: {
    describe: "the whole reference pipeline: web logs and sales to sessions and top spenders",
    folders: ["every", "marketing"],
    own: ["howdah.config.ts", "oozie", "hive", "spark-jobs", "scripts"],
    packages: ["typescript", "@types/node", "jiti"],
  },
} as const satisfies Readonly<Record<string, Template>>;

interface Template {
  readonly describe: string;
  readonly folders: readonly string[];
  readonly own: readonly string[];
  readonly packages: readonly string[];
}

export type TemplateName = keyof typeof templates;

/** The folder of this package: above `dist` and `bundle`, in a checkout as in an installation. */
export const packageFolder = join(libraryFolder, "..");

/** What of a package's own package.json a new project is told by. */
export interface OwnPackage {
  readonly version: string;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** This package's own package.json. */
export function ownPackage(): OwnPackage {
  return JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8")) as OwnPackage;
}

/** Names that npm would take for its own, or git for the package's, and data that git is told to leave out. */
const places: Readonly<Record<string, string>> = {
  gitignore: ".gitignore",
  github: ".github",
  landing: "data/landing",
};

/** A file of a new project. */
export interface TemplateFile {
  /** Below the project. */
  readonly path: string;
  readonly content: Buffer;
  readonly executable: boolean;
}

/** The files of a template, by path. */
export function templateFiles(name: TemplateName): readonly TemplateFile[] {
  const { folders, own } = templates[name];
  const files = [
    ...folders.flatMap((folder) => filesOf(join(packageFolder, "templates", folder), "")),
    ...own.flatMap((path) => filesOf(packageFolder, path)),
  ];
  return files
    .map(({ path, ...file }) => {
      const [first, ...rest] = path.split("/");
      return { ...file, path: [places[first!] ?? first!, ...rest].join("/") };
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The file at a path below a folder, or all files of the folder there. */
function filesOf(base: string, path: string): readonly TemplateFile[] {
  const whole = join(base, path);
  return onDisk("read a template", whole, () => {
    const facts = statSync(whole);
    if (facts.isFile()) return [{ path, content: readFileSync(whole), executable: (facts.mode & 0o100) !== 0 }];
    return readdirSync(whole).flatMap((name) => filesOf(base, path === "" ? name : `${path}/${name}`));
  });
}

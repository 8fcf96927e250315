import tseslint from "typescript-eslint";

// Imports point one way: a folder may import from those before it, never from those behind it.
const layers = [
  "core",
  "oozie",
  "hive",
  "jobs",
  "connect",
  "project",
  "sandbox",
  "release",
  "operate",
  "local",
  "report",
  "cli",
];
// Clients of servers know of nothing but the core.
const hidden = { connect: ["oozie", "hive", "jobs"] };
const layerRules = layers.map((layer, i) => ({
  files: [`src/${layer}/**/*.ts`],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          {
            group: [
              ...[...layers.slice(i + 1), ...(hidden[layer] ?? [])].map((above) => `**/${above}/**`),
              "../index.ts",
              "../../index.ts",
            ],
            message: `src/${layer} may import from ${
              layers
                .slice(0, i)
                .filter((below) => !hidden[layer]?.includes(below))
                .join(", ") || "nothing of ours"
            }`,
          },
          ...(["core", "oozie", "hive"].includes(layer)
            ? [
                {
                  group: ["node:fs", "node:fs/*", "node:net", "node:http", "node:child_process"],
                  message: `src/${layer} is pure`,
                },
              ]
            : []),
        ],
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ["dist/", "bundle/", "build/", "coverage/", "data/"] },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ["tsconfig.json", "tsconfig.build.json", "tsconfig.test.json", "src/report/browser/tsconfig.json"],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-confusing-void-expression": "off",
      "@typescript-eslint/only-throw-error": "off",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/explicit-module-boundary-types": "error",
    },
  },
  { files: ["src/**/*.ts"], ignores: ["src/cli/**"], rules: { "no-console": "error" } },
  ...layerRules,
);

/** Where things lie below a release, which is what a build writes and what is deployed. */
export const layout = {
  manifest: "manifest.json",
  runner: "jobs/run_sql.py",
  tables: "hive/tables.hql",
  folder: (kind: AppKind, name: string): string => `oozie/${kind}s/${name}`,
  document: (kind: AppKind, name: string): string => `oozie/${kind}s/${name}/${kind}.xml`,
  properties: (kind: AppKind, name: string): string => `oozie/${kind}s/${name}/job.properties`,
  library: (workflow: string, file: string): string => `oozie/workflows/${workflow}/lib/${file}`,
  script: (workflow: string, action: string): string => `hive/${workflow}/${action}.hql`,
  jobSpec: (job: string): string => `jobs/${job}.json`,
  bin: (file: string): string => `bin/${file}`,
  file: (path: string): string => `files/${path}`,
} as const;

/** What Oozie calls an application. */
export type AppKind = "workflow" | "coordinator" | "bundle";

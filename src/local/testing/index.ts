/**
 * Tests of a whole project in process, `howdah/testing`: data are put on a folder, what would materialise is asked, and
 * coordinators, workflows and jobs are run there as `howdah run` does, with some actions replaced. It needs no framework
 * of tests. What comes in here is made of the runner's own parts; nothing here runs anything by itself.
 */
export { testProject } from "./project.ts";
export type {
  Materialised,
  Named,
  RowsQuery,
  TestProject,
  TestProjectOptions,
  TestRun,
  Time,
  Window,
} from "./project.ts";
export type { TestContent, TestRow, TestValue } from "./place.ts";
export type { ReplacedAction, ReplacedOutcome, Replacement, Replacements } from "../replace.ts";
export type { ActionReport, ActionStatus, RunReport } from "../report.ts";
export type { Cell } from "../../project/query.ts";

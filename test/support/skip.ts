/** Skips a test, or from a hook its whole suite, and has the runner say why at the end. */
export function skip(context: Mocha.Context, reason: string): never {
  const runnable = context.runnable();
  // A hook stands for the tests it skips, which are those of its suite.
  const skipped = "type" in runnable && runnable.type === "hook" ? (runnable.parent ?? runnable) : runnable;
  Object.assign(skipped, { skipReason: reason });
  return context.skip();
}

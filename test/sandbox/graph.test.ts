import assert from "node:assert/strict";
import fc from "fast-check";
import { inOrder, type Step } from "#src/sandbox/graph.js";

/** Graphs without circles: a step needs such as come before it, and one that is not there. */
const graphs = fc
  .array(fc.record({ needs: fc.array(fc.nat({ max: 9 }), { maxLength: 3 }), fails: fc.boolean(), ms: fc.nat(3) }), {
    maxLength: 9,
  })
  .map((list) =>
    list.map(({ needs, fails, ms }, i) => ({
      name: `s${i}`,
      needs: [...needs.filter((need) => need < i).map((need) => `s${need}`), "elsewhere"],
      fails: fails && i % 3 === 0,
      ms,
    })),
  );

describe("steps in order", () => {
  it("begin when what they need is done, each once; what follows a failure is left and the rest done", async () => {
    await fc.assert(
      fc.asyncProperty(graphs, async (steps) => {
        const [begun, done] = [new Set<string>(), new Set<string>()];
        const known = new Set(steps.map(({ name }) => name));
        const { failed, left } = await inOrder(steps, async ({ name, needs, fails, ms }) => {
          assert.ok(!begun.has(name), `${name} twice`);
          begun.add(name);
          for (const need of needs) assert.ok(done.has(need) || !known.has(need), `${name} before ${need}`);
          await new Promise((resolve) => (ms === 0 ? setImmediate(resolve) : setTimeout(resolve, ms)));
          if (fails) throw new Error(name);
          done.add(name);
        });
        const doomed = new Set<string>();
        for (const { name, needs, fails } of steps)
          if (fails || needs.some((need) => doomed.has(need))) doomed.add(name);
        assert.deepEqual(new Set([...failed.keys(), ...left]), doomed);
        for (const [name, error] of failed) assert.equal((error as Error).message, name);
        assert.deepEqual(
          left.filter((name) => begun.has(name)),
          [],
        );
        assert.equal(done.size, steps.length - doomed.size);
      }),
      { numRuns: 150 },
    );
  });

  it("go side by side where nothing forbids it", async () => {
    let [running, most] = [0, 0];
    const steps: readonly Step<string>[] = ["a", "b", "c"].map((name) => ({ name, needs: [] }));
    await inOrder(steps, async () => {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running -= 1;
    });
    assert.equal(most, 3);
  });

  it("are left from the signal on, and what runs is waited for", async () => {
    const stop = new AbortController();
    const done: string[] = [];
    const steps: readonly Step<string>[] = [
      { name: "a", needs: [] },
      { name: "b", needs: ["a"] },
    ];
    const { left } = await inOrder(
      steps,
      async ({ name }) => {
        stop.abort();
        await new Promise(setImmediate);
        done.push(name);
      },
      stop.signal,
    );
    assert.deepEqual([done, left], [["a"], ["b"]]);
  });
});

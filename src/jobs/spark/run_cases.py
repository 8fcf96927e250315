#!/usr/bin/env python3
"""Runs cases of howdah's jobs on Spark on this machine, by the code that runs the jobs on a cluster.

    run_cases.py < CASES.json

The input is one line: `{"jobs": [spec], "cases": [case]}`, the specs being those of run_sql.py. A case has `job`, the
place of its spec, `first` and `last` (keys of units), `values` of parameters, `given` rows (each its key, then all columns, as texts) or
files (`key`, `name`, `data` in base64) by relation, `selects` and `tables` (names of what is made, and of what is told)
and `checks`, whether checks on rows are run. The output is a line for each case when it has run: the rows of its
tables as texts, all columns and then the key, or why it failed. Nothing is written anywhere.

Whoever starts it keeps its standard input open: when that ends, so does this.
"""

import base64
import collections
import json
import os
import signal
import sys
import threading
import time

import run_sql


class NoFiles:
    """A file system that holds nothing: a case has rows and depends on no machine."""

    def sizes(self, _):
        return None


class Silent:
    """Takes the place of what tells how a run goes on."""

    def event(self, _, **__):
        pass


class CaseRun(run_sql.Run):
    """A job over the units of a case: it reads what the case gives, and publishes nothing."""

    def __init__(self, case, plan, spark):
        super().__init__(plan, spark, NoFiles(), Silent())
        self.case = case
        self.found = {}

    def __call__(self):
        self.read()
        if self.units:
            computed = self.compute()
            self.check_rejects()
            if self.case["checks"]:
                self.check_rows(computed)
        wanted = {table: self.found[table] for table in self.case["tables"] if table in self.found}
        if self.failure is None:
            return {"tables": wanted, "failure": None}
        return {"tables": wanted, "failure": {"code": self.failure.facts["code"], "message": self.failure.message}}

    def given(self, read, kind):
        return self.case["given"].get(read["name"], {}).get(kind, [])

    def raw_frame(self, read, instances):
        raw = read["raw"]
        encoding = run_sql.fill(raw["encoding"], self.plan.values)
        rows = [
            row
            for file in self.given(read, "files")
            for row in run_sql.raw_file_rows(base64.b64decode(file["data"]), file["key"], file["name"], raw, encoding)
        ]
        width = len(raw["columns"])
        told = [(row[0], row[width + 1], row[width + 3]) for row in rows if row[width + 2] == 0]
        self.take_file_facts(read, instances, told)
        columns = [(self.key, "string")] + [(name, "string") for name, _ in raw["columns"]] + run_sql.RAW_COLUMNS
        return self.frame(columns, [row for row in rows if row[width + 2] > 0])

    def table_frame(self, read, instances):
        return self.frame([(self.key, "string")] + read["columns"], self.given(read, "rows"))

    def frame(self, columns, rows):
        """Rows of texts as a relation of typed columns."""
        if not rows:
            return self.spark.createDataFrame([], run_sql.ddl(columns))
        values = ", ".join("(%s)" % ", ".join(literal(cell) for cell in row) for row in rows)
        names = ["c%d" % place for place in range(len(columns))]
        typed = [
            "cast(%s as %s) as %s" % (place, kind, run_sql.sql_name(name))
            for place, (name, kind) in zip(names, columns)
        ]
        return self.spark.sql("select %s from values %s as t(%s)" % (", ".join(typed), values, ", ".join(names)))

    def kept(self, frame):
        """Made now, and without its history: Spark takes longer to plan that anew for each SELECT than to run it."""
        from pyspark.sql import DataFrame

        made = self.spark._jsparkSession.createDataFrame(frame._jdf.collectAsList(), frame._jdf.schema())
        return DataFrame(made, self.spark)

    def compute_table(self, write, sql):
        frame = self.kept(self.typed(write, sql))
        frame.createOrReplaceTempView(write["table"].replace(".", "__"))
        texts = [shown_sql(name, kind) for name, kind in write["columns"]] + [run_sql.sql_name(self.key)]
        rows = [list(row) for row in frame.selectExpr(*texts).collect()]
        counted = collections.Counter(row[-1] for row in rows)
        self.refuse_strays(write, counted)
        self.found[write["table"]] = rows
        return run_sql.Computed(None, {unit.key: (counted[unit.key], 0) for unit in self.units})

    def held_folder(self, unit):
        return None


def literal(cell):
    return "null" if cell is None else run_sql.sql_text(str(cell))


def shown_sql(name, kind):
    """A column's value as a case writes it: with fractions of a second, of which contents know nothing."""
    return "cast(%s as string)" % run_sql.sql_name(name) if kind == "timestamp" else run_sql.text_sql(name, kind)


def run_case(case, spec, spark):
    """What a case's job makes of its rows, and in how many seconds."""
    started = time.monotonic()
    spec = dict(spec, selects=[select for select in spec["selects"] if select["name"] in case["selects"]])
    try:
        values = run_sql.parameter_values(spec["parameters"], {}, case["values"])
        plan = run_sql.Plan(spec, values, case["first"], case["last"])
        plan.refuse_units_without_inputs()
        outcome = CaseRun(case, plan, spark)()
    except run_sql.JobError as error:
        outcome = {"tables": {}, "failure": {"code": error.code, "message": str(error)}}
    finally:
        run_sql.forget(spec, spark)
    return dict(outcome, seconds=round(time.monotonic() - started, 3))


def end_with_input():
    """Ends this process, and with it Java's, when whoever started it is gone."""

    def wait():
        sys.stdin.read()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()


def main():
    # What else is printed, by Spark or by Java, is no outcome.
    output = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    run_sql.INTERRUPT.watch()
    asked = json.loads(sys.stdin.readline())
    end_with_input()
    session = run_sql.Session(verbose=False)
    try:
        spark = session.start("cases")
        for case in asked["cases"]:
            run_sql.INTERRUPT.check()
            print(json.dumps(run_case(case, asked["jobs"][case["job"]], spark)), file=output, flush=True)
        return run_sql.DONE
    except run_sql.JobError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 128 + (run_sql.INTERRUPT.signal or signal.SIGINT)
    finally:
        session.stop()


if __name__ == "__main__":
    sys.exit(main())

"""Runs many small queries on one Spark session: a JSON list of them on stdin, a JSON list of their rows on stdout."""

import json
import shutil
import sys
import tempfile

import run_sql


def texts(frame):
    named = frame.toDF(*["c%d" % i for i in range(len(frame.columns))])
    return [list(row) for row in named.select([named[name].cast("string") for name in named.columns]).collect()]


def main():
    queries = json.load(sys.stdin)
    scratch = tempfile.mkdtemp(prefix="howdah-")
    spark = run_sql.start_spark("queries", scratch, verbose=False)
    try:
        answers = []
        for query in queries:
            try:
                answers.append(texts(spark.sql(query)))
            except Exception as error:
                print("%s\n%s" % (query, run_sql.cause_of(error)), file=sys.stderr)
                return 1
        json.dump(answers, sys.stdout)
        return 0
    finally:
        spark.stop()
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())

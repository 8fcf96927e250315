#!/bin/sh
# Runs a job of the deployed release on YARN, without Oozie.
#   bin/20_spark.sh JOB --from 20120301_00 --to 20120301_05 [-D name=value …]
set -eu
. "$(dirname "$0")/settings.sh"
need spark-submit
[ $# -gt 0 ] || fail "name a job: bin/20_spark.sh JOB --from KEY --to KEY [-D name=value …]" 2
job=$1
shift
[ -f "$build/jobs/$job.json" ] || fail "there is no job $job; there are: $(cd "$build/jobs" && ls ./*.json | sed 's,./\(.*\).json,\1,' | xargs)" 2

values_of "$job" "$@"
. "$values"
place=$name_node$root/releases/$release
[ "$hive_site" = no ] || spark_options="--files $name_node$root/conf/hive-site.xml $spark_options"
# Options are divided at spaces, as Oozie divides them.
# shellcheck disable=SC2086
exec spark-submit --master yarn --deploy-mode cluster --name "$project $job" $spark_options \
  "$place/jobs/run_sql.py" "$place/jobs/$job.json" "$@"

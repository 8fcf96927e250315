#!/bin/sh
# Creates the databases, tables and views of the build that are not there yet.
#   bin/05_set_up_hive.sh [-D name=value …]
set -eu
. "$(dirname "$0")/settings.sh"
need beeline
[ -f "$build/hive/tables.hql" ] || fail "this build has no tables"

values_of tables "$@"
. "$values"
# Beeline of Hive 3 ends with 0 when it is given a file and reaches no HiveServer2; with -e it does not.
beeline -u "$hive_url" -n "$(id -un)" -e "select 1" >/dev/null || fail "HiveServer2 cannot be reached"
exec beeline -u "$hive_url" -n "$(id -un)" "$@" -f "$build/hive/tables.hql"

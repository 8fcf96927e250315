#!/bin/sh
# Creates the databases, tables and views of the build that are not there yet.
#   bin/05_set_up_hive.sh [-D name=value …]
set -eu
. "$(dirname "$0")/settings.sh"
need beeline
[ -f "$build/hive/tables.hql" ] || fail "this build has no tables"

values_of tables "$@"
. "$values"
exec beeline -u "$hive_url" -n "$(id -un)" "$@" -f "$build/hive/tables.hql"

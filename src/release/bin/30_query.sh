#!/bin/sh
# Asks HiveServer2: a query, or the name of a file of HiveQL.
#   bin/30_query.sh "select * from warehouse.daily_top_spenders"
set -eu
. "$(dirname "$0")/settings.sh"
need beeline
[ $# -eq 1 ] || fail 'name a query: bin/30_query.sh "select …"' 2
if [ -f "$1" ]; then
  # Beeline of Hive 3 ends with 0 when it is given a file and reaches no HiveServer2; with -e it does not.
  beeline -u "$hive_url" -n "$(id -un)" -e "select 1" >/dev/null || fail "HiveServer2 cannot be reached"
  exec beeline -u "$hive_url" -n "$(id -un)" -f "$1"
fi
exec beeline -u "$hive_url" -n "$(id -un)" -e "$1"

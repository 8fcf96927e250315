#!/bin/sh
# Asks HiveServer2: a query, or the name of a file of HiveQL.
#   bin/30_query.sh "select * from warehouse.daily_top_spenders"
set -eu
. "$(dirname "$0")/settings.sh"
need beeline
[ $# -eq 1 ] || fail 'name a query: bin/30_query.sh "select …"' 2
if [ -f "$1" ]; then exec beeline -u "$hive_url" -n "$(id -un)" -f "$1"; fi
exec beeline -u "$hive_url" -n "$(id -un)" -e "$1"

#!/bin/sh
# Puts landed instances (a folder each, with its flag) into HDFS: all files first, then the flags, the earliest first.
# Instances whose flag is there already are left alone.
#   bin/15_ingest.sh FOLDER HDFS-FOLDER
set -eu
. "$(dirname "$0")/settings.sh"
need hdfs
[ $# -eq 2 ] || fail "name what to put and where: bin/15_ingest.sh FOLDER HDFS-FOLDER" 2
from=$(cd "$1" && pwd) || fail "there is no folder $1" 2
to=${2%/}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$from" && find . -type f -name "$done_flag" | sed 's,^\./,,; s,/*[^/]*$,,' | sort) >"$work/landed"
[ -s "$work/landed" ] || fail "no folder below $from has the flag $done_flag" 2
hdfs dfs -mkdir -p "$to"
hdfs dfs -ls -C -R "$to" | sed -n "s,^$to/\(.*\)/$done_flag\$,\1,p" | sort >"$work/there"
comm -23 "$work/landed" "$work/there" >"$work/new"
if [ ! -s "$work/new" ]; then
  echo "all $(wc -l <"$work/landed" | xargs) instances are there already"
  exit 0
fi

mkdir "$work/tree"
while IFS= read -r instance; do
  mkdir -p "$work/tree/$instance"
  find "$from/$instance" -mindepth 1 -maxdepth 1 ! -name "$done_flag" -exec cp -R {} "$work/tree/$instance" \;
done <"$work/new"
hdfs dfs -put -f "$work/tree"/* "$to"
# Flags in order: a coordinator that sees one hour finds the hours before it.
sed "s,.*,$to/&/$done_flag," "$work/new" | tr '\n' '\0' | xargs -0 -n 500 hdfs dfs -touchz
echo "put $(wc -l <"$work/new" | xargs) instances into $to, the last is $(tail -n 1 "$work/new")"

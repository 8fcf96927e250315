#!/bin/sh
# Submits a bundle, a coordinator or a workflow of the deployed release to Oozie.
#   bin/10_submit.sh NAME [-D name=value …]
set -eu
. "$(dirname "$0")/settings.sh"
need oozie
[ $# -gt 0 ] || fail "name what to submit: bin/10_submit.sh NAME [-D name=value …]" 2
name=$1
shift
file=
for kind in bundles coordinators workflows; do
  [ -f "$build/oozie/$kind/$name/job.properties" ] && file=$build/oozie/$kind/$name/job.properties && break
done
[ -n "$file" ] || fail "there is no $name; there are: $(ls "$build"/oozie/* | grep -v : | sort -u | xargs)" 2

# What follows from a value that is given: 00:00 of its day.
for word in "$@"; do
  case $word in *=*) ;; *) continue ;; esac
  derived=startOfDay_${word%%=*}
  if grep -q "^#$derived=\$" "$file"; then
    day=${word#*=}
    set -- "$@" -D "$derived=${day%%T*}T00:00Z"
  fi
done

check_given "$(sed -n '/^#startOfDay_/d; s/^#\([A-Za-z_][A-Za-z0-9_]*\)=$/\1/p' "$file")" "$name" "$@"
exec oozie job -oozie "$oozie_url" -config "$file" "$@" -run

#!/usr/bin/env bash
# Puts raw files where the coordinators look: the web logs and the sales, divided into hours, each with its flag.
#   scripts/15_ingest_data.sh --web-logs FILE --sales FILE [--products FILE] [--sales-shift-days 455] ...
#   scripts/15_ingest_data.sh --target CLUSTER [the same]    and then onto a cluster; alone: all that has landed
# Everything it takes: scripts/15_ingest_data.sh --help
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/howdah.sh"
target=
data=$root/data
words=()
while [ $# -gt 0 ]; do
  case $1 in
    --target | --data) [ $# -gt 1 ] || fail "$1 needs a value" "scripts/15_ingest_data.sh --help" ;;
  esac
  case $1 in
    --target) target=$2 && shift ;;
    --target=*) target=${1#*=} ;;
    --data) data=$2 && shift ;;
    --data=*) data=${1#*=} ;;
    *) words+=("$1") ;;
  esac
  shift
done

if [ -z "$target" ] || [ ${#words[@]} -gt 0 ]; then script land.ts --data "$data" ${words[@]+"${words[@]}"}; fi
case " ${words[*]-} " in *" --help "*) exit ;; esac
[ -z "$target" ] || howdah ingest --project "$root" --target "$target" --from-folder "$data/landing"

#!/usr/bin/env bash
# Has Oozie run the bundle, for the start and the end that oozie_coordinator.properties beside this file says.
#   scripts/10_submit.sh [NAME] [--target NAME] [--properties FILE] [--start TIME] [--end TIME] [-D name=value …]
# Options win over the file. Everything else it takes: scripts/10_submit.sh --help
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/howdah.sh"
properties=$root/scripts/oozie_coordinator.properties
name=marketing
case ${1-} in '' | -*) ;; *) name=$1 && shift ;; esac

words=()
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help)
      sed -n '2,4s/^# \{0,1\}//p' "$root/scripts/10_submit.sh"
      howdah submit --help
      exit
      ;;
    --properties)
      [ $# -gt 1 ] || fail "--properties needs a file" "scripts/10_submit.sh --help"
      properties=$2
      shift
      ;;
    --properties=*) properties=${1#*=} ;;
    *) words+=("$1") ;;
  esac
  shift
done
[ -f "$properties" ] || fail "there is no file $properties" "name one: --properties FILE"

# Whether the command line says it already.
given() {
  case " ${words[*]-} " in *" --$1 "* | *" --$1="*) return 0 ;; esac
  return 1
}

line=0
while IFS= read -r text || [ -n "$text" ]; do
  line=$((line + 1))
  text=$(printf '%s' "$text" | sed 's/^[[:space:]]*//; s/[[:space:]]*$//')
  case $text in '' | '#'* | '!'*) continue ;; esac
  key=$(printf '%s' "${text%%=*}" | sed 's/[[:space:]]*$//')
  value=$(printf '%s' "${text#*=}" | sed 's/^[[:space:]]*//')
  [ "$text" != "${text#*=}" ] && [ -n "$key" ] || fail "$properties:$line: $text is no name=value" "write start=2012-03-01T00:00Z"
  case $key in
    start | end) given "$key" || words+=("--$key" "$value") ;;
    *) case " ${words[*]-} " in *"-D $key="* | *"-D$key="* | *"--define $key="* | *"--define=$key="*) ;; *) words+=(-D "$key=$value") ;; esac ;;
  esac
done <"$properties"
howdah submit "$name" --project "$root" ${words[@]+"${words[@]}"}

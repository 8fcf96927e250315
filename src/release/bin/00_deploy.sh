#!/bin/sh
# Puts this build into HDFS as a release, and makes it the current one. A second time it does nothing.
#   bin/00_deploy.sh
set -eu
. "$(dirname "$0")/settings.sh"
need hdfs

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
place=$root/releases/$release

if hdfs dfs -test -e "$place/manifest.json"; then
  echo "release $release is in $place already"
else
  # Under another name first: nobody sees a release that is not whole.
  aside=$root/releases/.$release.$(hostname).$$
  mkdir "$work/release"
  (cd "$build" && tar cf - -T bin/deployed) | (cd "$work/release" && tar xf -)
  hdfs dfs -mkdir -p "$aside"
  if ! hdfs dfs -put "$work/release"/* "$aside"; then
    hdfs dfs -rm -r -skipTrash "$aside" >/dev/null 2>&1 || true
    fail "the release was not put into $aside" 5
  fi
  if ! hdfs dfs -mv "$aside" "$place"; then
    hdfs dfs -rm -r -skipTrash "$aside" >/dev/null 2>&1 || true
    hdfs dfs -test -e "$place/manifest.json" || fail "the release could not be renamed to $place" 5
  fi
  echo "put release $release into $place"
fi

if [ "$hive_site" = yes ]; then
  source=${HIVE_CONF_DIR:-/etc/hive/conf}/hive-site.xml
  [ -f "$source" ] || fail "there is no $source: set HIVE_CONF_DIR to the folder that has hive-site.xml"
  placed=$root/conf/hive-site.xml
  if ! hdfs dfs -test -e "$placed"; then
    hdfs dfs -mkdir -p "$root/conf"
    hdfs dfs -put "$source" "$placed"
    echo "put $source to $placed"
  else
    hdfs dfs -get "$placed" "$work/hive-site.xml"
    if ! cmp -s "$source" "$work/hive-site.xml"; then
      # Passwords stand in such files: the names of what differs are shown, not the values.
      diff "$work/hive-site.xml" "$source" | sed -n 's/^[<>].*<name>\([^<]*\)<.*/  differs near \1/p' | sort -u
      hdfs dfs -put -f "$source" "$placed"
      echo "put $source to $placed again: it had changed"
    fi
  fi
fi

current=$root/current.json
now=$(date -u +%Y-%m-%dT%H:%MZ)
entry=$(printf '    {\n      "release": "%s",\n      "at": "%s",\n      "by": "%s"\n    }' "$release" "$now" "$(id -un)")
if hdfs dfs -test -e "$current"; then
  hdfs dfs -get "$current" "$work/before.json"
  newest=$(sed -n 's/^ *"release": "\([^"]*\)".*/\1/p' "$work/before.json" | head -n 1)
  if [ "$newest" = "$release" ]; then
    echo "release $release is the current one already"
    exit 0
  fi
  ENTRY=$entry awk '{ print } /"deployments": \[/ { print ENVIRON["ENTRY"] "," }' "$work/before.json" >"$work/current.json"
else
  printf '{\n  "format": 1,\n  "deployments": [\n%s\n  ]\n}\n' "$entry" >"$work/current.json"
fi
hdfs dfs -put -f "$work/current.json" "$current"
echo "release $release is the current one"

# What the scripts beside this file begin with: where the project is, and whether it is built.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

fail() {
  echo "error: $1" >&2
  echo "  next: $2" >&2
  exit 2
}

command -v node >/dev/null || fail "there is no node on this machine" \
  "install Node 20.19 or later; on a host that cannot run it, use bin/ of a build: docs/deployment.md"
# In howdah's own checkout it lies right here, in a project made by `howdah init` among its packages.
home=$root/node_modules/howdah
[ -d "$home" ] || home=$root
install="npm ci"
[ -f "$root/package-lock.json" ] || install="npm install"
for file in "$home/bundle/howdah.js" "$home/dist/index.js" "$root/node_modules/.bin/jiti"; do
  [ -e "$file" ] || fail "howdah is not built yet: there is no ${file#"$root/"} in $root" "$install"
done

# Runs a command of howdah on this project, whatever folder one is in.
howdah() {
  node "$home/bundle/howdah.js" "$@"
}

# Runs a script of the project that is written in TypeScript.
script() {
  "$root/node_modules/.bin/jiti" "$root/scripts/$1" "${@:2}"
}

# Runs a job by itself: on this machine, or with --target CLUSTER there, by Livy.
job() {
  local name=$1 word
  shift
  for word in "$@"; do
    case $word in
      --target | --target=*)
        howdah spark submit "$name" --project "$root" "$@"
        return
        ;;
    esac
  done
  howdah run "$name" --project "$root" --as-range "$@"
}

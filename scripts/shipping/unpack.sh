# What scripts/deploy_to_vm.sh has the host do; it comes over ssh, to whatever sh is there. A line that begins with
# "howdah:" is the answer: what the host's shell prints at a login stands around it.
#   sh -s look   FOLDER NAME SHA256 KILOBYTES
#   sh -s unpack FOLDER NAME SHA256 ARCHIVE BYTES
#   sh -s clear  FOLDER ARCHIVE
set -u
answer() {
  echo "howdah: $*"
  exit 0
}
cd || answer home "${HOME:-}"
work=$1
folder=$2

# The release of this archive is there, with every file.
whole() {
  [ "$(cat "$folder/$name/.packaged" 2>/dev/null)" = "$sha256" ] || return 1
  while IFS= read -r file; do
    [ -f "$folder/$name/$file" ] || return 1
  done <"$folder/$name/bin/deployed"
}

# By rename where this host's mv can: who looks finds the one or the other.
link() {
  ln -s "$name" "$folder/.current.$$" && mv -fT "$folder/.current.$$" "$folder/current" 2>/dev/null && return
  rm -f "$folder/.current.$$"
  ln -sfn "$name" "$folder/current"
}

case $work in
  look)
    name=$3
    sha256=$4
    for command in tar gzip; do
      command -v "$command" >/dev/null 2>&1 || answer lacks "$command"
    done
    said=$(mkdir -p "$folder" 2>&1) || answer folder "$said"
    [ -w "$folder" ] || answer folder "not writable"
    if [ -e "$folder/current" ] && [ ! -L "$folder/current" ]; then answer current; fi
    # What broken connections left, unless somebody may still be at it.
    find "$folder" -name ".build-files-*" -mmin +60 -prune -exec rm -rf {} \; 2>/dev/null
    if whole; then
      link || answer folder "the link current could not be made"
      answer there
    fi
    free=$(df -Pk "$folder" 2>/dev/null | awk 'NR > 1 { print $4; exit }')
    case $free in
      '' | *[!0-9]*) ;;
      *) [ "$free" -ge "$5" ] || answer space "$free" ;;
    esac
    answer wanted
    ;;
  unpack)
    name=$3
    sha256=$4
    archive=$folder/$5
    aside=$folder/.$name.$$
    trap 'rm -rf "$archive" "$aside"' EXIT
    trap 'exit 130' HUP INT TERM
    there=$(wc -c <"$archive" 2>/dev/null) || answer broken "nothing arrived"
    [ "$there" -eq "$6" ] || answer broken "of $6 bytes $((there)) arrived"
    said=$(gzip -t "$archive" 2>&1) || answer broken "$said"
    mkdir "$aside" || answer unpack "$aside could not be made"
    said=$(cd "$aside" && gzip -dc "../$5" | tar xf - 2>&1) || answer unpack "$said"
    printf '%s\n' "$sha256" >"$aside/$name/.packaged" || answer unpack "the disk is full"
    if [ -e "$folder/$name" ]; then mv "$folder/$name" "$aside/before" || answer unpack "$name could not be replaced"; fi
    if ! mv "$aside/$name" "$folder/$name"; then
      [ ! -e "$aside/before" ] || mv "$aside/before" "$folder/$name"
      answer unpack "$name could not be put in its place"
    fi
    # Had somebody else put it there meanwhile, mv has put ours into theirs.
    rm -rf "${folder:?}/$name/$name"
    whole || answer unpack "files of the release are missing"
    link || answer unpack "the link current could not be made"
    answer put
    ;;
  clear)
    rm -f "$folder/$3"
    answer cleared
    ;;
esac

/** What each shell takes to complete howdah; all ask `howdah completion suggest WORD…`, the last word being written. */
export const shells = {
  bash: `# Completes howdah in bash.
_howdah() {
  local program=$1 current=\${COMP_WORDS[COMP_CWORD]} word IFS=$'\\n'
  [ "$current" = "=" ] && current=
  [ -x node_modules/.bin/howdah ] && program=node_modules/.bin/howdah
  COMPREPLY=()
  while IFS=$'\\t' read -r word _; do
    case $word in
      :files | :folders)
        compopt -o filenames 2>/dev/null
        [ "$word" = :files ] && COMPREPLY+=($(compgen -f -- "$current")) || COMPREPLY+=($(compgen -d -- "$current"))
        ;;
      ?*)
        COMPREPLY+=("$word")
        [[ $word == *= ]] && compopt -o nospace 2>/dev/null
        ;;
    esac
  done < <("$program" completion suggest "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _howdah howdah
`,
  zsh: `#compdef howdah
# Completes howdah in zsh.
_howdah() {
  local program=$words[1] line word
  local -a found unfinished
  [[ -x node_modules/.bin/howdah ]] && program=node_modules/.bin/howdah
  for line in "\${(@f)$("$program" completion suggest "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    word=\${line%%$'\\t'*}
    case $word in
      :files) _files ;;
      :folders) _files -/ ;;
      *=) unfinished+=("$word") ;;
      ?*) found+=("\${word//:/\\\\:}:\${line#*$'\\t'}") ;;
    esac
  done
  (( $#unfinished )) && compadd -S '' -a unfinished
  (( $#found )) && _describe -t words howdah found
}
compdef _howdah howdah
`,
  fish: `# Completes howdah in fish.
function __howdah_suggest
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program $words[1]
    test -x node_modules/.bin/howdah; and set program node_modules/.bin/howdah
    for line in (command $program completion suggest $words[2..-1] "$current" 2>/dev/null)
        switch $line
            case ':files*'
                __fish_complete_path "$current"
            case ':folders*'
                __fish_complete_directories "$current"
            case '*'
                echo $line
        end
    end
end
complete -c howdah -f -a '(__howdah_suggest)'
`,
} as const;

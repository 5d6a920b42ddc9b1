# bash completion for odu

# The values of one key in JSON on standard input, one a line.
_odu_values() {
  grep -o "\"$1\": *\"[^\"]*\"" 2>/dev/null | sed 's/^[^:]*: *"//; s/"$//'
}

_odu_nodes() {
  odu status -o json 2>/dev/null | _odu_values name | sort -u
}

_odu_runs() {
  odu runs -o json 2>/dev/null | _odu_values ref
}

_odu_recipes() {
  odu dump 2>/dev/null | _odu_values id
}

_odu() {
  local cur prev words cword command='' i options=''
  # Node names hold ':' and '@' and flags '=': words are split at blanks only.
  cur=${COMP_LINE:0:COMP_POINT}
  read -ra words <<<"$cur"
  [[ $cur == *[[:space:]] ]] && words+=('')
  cword=$((${#words[@]} - 1))
  cur=${words[cword]}
  prev=''
  [ "$cword" -gt 0 ] && prev=${words[cword - 1]}
  for ((i = 1; i < cword; i++)); do
    if [[ ${words[i]} != -* ]]; then
      command=${words[i]}
      break
    fi
  done

  COMPREPLY=()
  if [ -z "$command" ]; then
    options='run status attach logs wait rerun cancel runs show flakes diff prune doctor dump graph hosts post protect auth shell mcp skill serve --version --help'
    _odu_reply "$cur" "$options"
    return
  fi
  case $prev in
    --pipeline)
      mapfile -t COMPREPLY < <(compgen -f -- "$cur")
      return
      ;;
    --progress)
      _odu_reply "$cur" 'json json=2'
      return
      ;;
    -o | --output)
      _odu_reply "$cur" json
      return
      ;;
    --platform)
      _odu_reply "$cur" 'x86_64-linux aarch64-linux x86_64-darwin aarch64-darwin'
      return
      ;;
    --host)
      _odu_reply "$cur" 'x86_64-linux= aarch64-linux= x86_64-darwin= aarch64-darwin='
      return
      ;;
    --root)
      _odu_reply "$cur" "$(_odu_recipes)"
      return
      ;;
    -j | --jobs | --lane-lost-after | --attempt | --offset | --run | --timeout | --expected-sha | --after | --request-id | -n | --limit | --branch)
      return
      ;;
  esac
  case $command in
    run)
      options='--platform --host --root --pipeline --no-deps --no-strict --no-snapshot --no-post
        --progress -j --jobs --lane-lost-after --supersede --queue -d --detach --request-id --help'
      [[ $cur == -* ]] || options=$(_odu_recipes)
      ;;
    status | attach | auth) options='-o --output --help' ;;
    logs)
      options='-f --follow --attempt --offset --raw --run --help'
      [[ $cur == -* ]] || options=$(_odu_nodes)
      ;;
    wait) options='--settle --timeout --expected-sha --after -o --output --help' ;;
    rerun)
      options='--run --request-id -o --output --help'
      [[ $cur == -* ]] || options=$(_odu_nodes)
      ;;
    cancel)
      options='--at-once --request-id -o --output --help'
      [[ $cur == -* ]] || options=$(_odu_nodes)
      ;;
    runs)
      options='--all -n --limit --since --node --failed -o --output --help'
      [[ $prev == --node ]] && options=$(_odu_nodes)
      ;;
    show | diff)
      options='-o --output --help'
      [[ $cur == -* ]] || options="latest $(_odu_runs)"
      ;;
    flakes) options='--all -o --output --help' ;;
    prune) options='--keep --quota --dry-run -o --output --help' ;;
    post) options='--retry -o --output --help' ;;
    protect) options='--dry-run --create --branch --platform -o --output --help' ;;
    doctor) options='--fix --logs -o --output --help' ;;
    dump) options='--root --pipeline --platform -o --output --help' ;;
    graph) options='--root --pipeline --platform --help' ;;
    hosts) options='--check --init -o --output --help' ;;
    shell)
      options='--run --help'
      [[ $cur == -* ]] || options=$(_odu_nodes)
      ;;
    mcp)
      options='--http --port --allow --install -y --yes --help'
      [[ $prev == --install ]] && options='claude codex opencode gemini vscode'
      ;;
    skill) options='--help' ;;
    serve) options='--foreground --stop --restart --help' ;;
  esac
  _odu_reply "$cur" "$options"
}

# _odu_reply <word so far> <candidates>: readline replaces only what follows the last of the
# characters in COMP_WORDBREAKS; ':', '=' and '@' are among them unless the user took them out.
_odu_reply() {
  local cur=$1 candidate kept='' breaks=${COMP_WORDBREAKS//[^:=@]/}
  if [ -n "$breaks" ] && [[ $cur == *[$breaks]* ]]; then
    kept=${cur%"${cur##*[$breaks]}"}
    # An '@' begins the word that readline replaces, the others end the word before.
    kept=${kept%@}
  fi
  for candidate in $2; do
    if [[ $candidate == "$cur"* ]]; then
      COMPREPLY+=("${candidate#"$kept"}")
    fi
  done
}

complete -o default -F _odu odu

# Sourced by the scripts: one line a step with its time, its output only if it fails.

steps_log=$(mktemp "${TMPDIR:-/tmp}/odu-steps.XXXXXX")
trap 'rm -f "$steps_log"' EXIT

say() { printf '%s\n' "$*" >&2; }

# fail <what is wrong> [<what to do>]
fail() {
  printf '%s\n' "$1" >&2
  [ $# -lt 2 ] || printf '  %s\n' "$2" >&2
  exit 2
}

# step <title> <command>...: quiet, the time at the end; on failure the whole output.
step() {
  local title=$1 from=$SECONDS code=0
  shift
  printf '%s ... ' "$title" >&2
  # Not in a condition: there `set -e` would be off inside, and a failing line would go on.
  set +e
  (
    set -e
    "$@"
  ) </dev/null >"$steps_log" 2>&1
  code=$?
  set -e
  if [ "$code" -ne 0 ]; then
    printf 'failed (exit %s)\n' "$code" >&2
    cat "$steps_log" >&2
    exit "$code"
  fi
  printf '%s s\n' "$((SECONDS - from))" >&2
}

# build_step <title> <build tree> <ninja argument>...: a build, with ninja's own progress.
build_step() {
  local title=$1 tree=$2 from=$SECONDS
  shift 2
  say "$title"
  if [ -t 2 ]; then
    ninja -C "$tree" "$@" >&2
  else
    NINJA_STATUS='[%f/%t %es] ' ninja -C "$tree" "$@" >"$steps_log" 2>&1 || {
      grep -v '^\[[0-9]*/[0-9]*' "$steps_log" >&2
      fail "$title: failed"
    }
    tail -1 "$steps_log" >&2
  fi
  say "$title: $((SECONDS - from)) s"
}

# Parallel builds: what the processors allow, 1.5 GB of memory each.
jobs() {
  local cpus memory
  cpus=$(nproc)
  memory=$(awk '/^MemAvailable/ {print int($2 / 1572864)}' /proc/meminfo)
  [ "$memory" -ge 1 ] || memory=1
  [ "$memory" -lt "$cpus" ] && echo "$memory" || echo "$cpus"
}

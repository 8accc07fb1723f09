# What the end-to-end scripts share: source it first. A script runs in an empty folder of its own
# with the executables in PATH; the first command that fails ends it as failed.
set -euo pipefail
trap 'status=$?; stop_sandboxes; exit $status' EXIT
trap 'echo "failed at ${BASH_SOURCE[0]##*/}:$LINENO: $BASH_COMMAND" >&2' ERR

sandbox_pids=()

# Under valgrind the sandbox itself runs so only in its own tests: elsewhere the tools have to wait for it.
case ${0##*/} in sandbox*) native= ;; *) native=yes ;; esac

# Starts g3-sandbox with the given options on a free port; sets SANDBOX (its endpoint) and SANDBOX_PID.
start_sandbox() {
  local out
  out=$(mktemp -u sandbox.XXXXXX)
  mkfifo "$out"
  G3_NATIVE=${G3_NATIVE:-$native} g3-sandbox --port 0 "$@" >"$out" &
  SANDBOX_PID=$!
  sandbox_pids+=("$SANDBOX_PID")
  read -r SANDBOX <"$out" # the line comes when it is ready
  rm "$out"
}

stop_sandboxes() {
  local pid
  for pid in ${sandbox_pids[@]+"${sandbox_pids[@]}"}; do
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  sandbox_pids=()
}

fail() { echo "$*" >&2; return 1; }

# The command must end with the given status; its output goes to the files `out` and `err`.
expect_status() { # STATUS COMMAND...
  local want=$1 status=0
  shift
  "$@" >out 2>err || status=$?
  [ "$status" = "$want" ] || { cat err >&2; fail "exit status $status for $want: $*"; }
}

# The two files must be equal.
expect_same() { diff -u "$1" "$2" >&2 || fail "$1 and $2 differ"; }

# The file must hold the text.
expect_text() { # FILE TEXT
  grep -qF -- "$2" "$1" || { cat "$1" >&2; fail "$1 does not hold: $2"; }
}

# The administrator's login, in the file `login`, readable by nobody else.
write_login() { echo admin:secret >login && chmod 600 login; }

# g3-submit with that login, and the project P-Q for records.
submit() { g3-submit -e "$SANDBOX" --basic-auth-file login "$@"; }
make_project() {
  echo '{"type":"program","name":"P","dbgap_accession_number":"phs1"}' | submit create-program >/dev/null
  echo '{"type":"project","code":"Q","name":"Q","dbgap_accession_number":"phs2"}' | submit create-project P >/dev/null
}

# The GUID and the md5 of a number.
guid() { printf 'dg.TEST/%08x-0000-4000-8000-000000000000' "$1"; }
md5() { printf '%032x' "$1"; }

# What became of each row, of the results of an ingest.
actions() { jq -r '[.line, .action] | join(" ")'; }

# Waits until a file has so many lines, or a process has ended: for moments that a service's log tells.
wait_for_lines() { # FILE COUNT PID
  while [ "$(wc -l <"$1")" -lt "$2" ] && kill -0 "$3" 2>/dev/null; do sleep 0.002; done
}

# Prints a manifest of N made-up records as CSV, prefixes taken in turn: make_manifest N [PREFIX]...
make_manifest() {
  local count=$1
  shift
  awk -v n="$count" -v prefixes="${*:-dg.TEST/}" 'BEGIN {
    split(prefixes, prefix, " "); kinds = length(prefix)
    print "guid,urls,authz,acl,md5,file_size,file_name"
    x = 12345
    for (i = 0; i < n; i++) {
      digits = ""
      for (k = 0; k < 8; k++) { x = (x * 69069 + 1) % 4294967296; digits = digits sprintf("%04x", int(x / 65536)) }
      p = prefix[i % kinds + 1]; if (p == "-") p = ""
      printf "%s%s-%s-4%s-8%s-%s,s3://bucket/%06d.cram gs://bucket/%06d%%20v1.cram,/programs/p%d,phs%03d *,%s,%d,NWD%06d.cram\n",
        p, substr(digits, 1, 8), substr(digits, 9, 4), substr(digits, 14, 3), substr(digits, 18, 3), substr(digits, 21, 12),
        i, i, i % 5, i % 7, digits, 1000 + i, i
    }
  }'
}

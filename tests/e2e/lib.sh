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

# The commons that the documents' blocks are about: four records, and an API key where a user has it. The blocks run
# in the folder `work`.
start_documents_commons() {
  { echo guid,urls,acl,md5,file_size,file_name
    local name i=0
    for name in NWD1.cram NWD1.cram.crai NWD12.cram other.bam; do
      i=$((i + 1)); printf '%s,s3://bucket/%s,*,%032d,%d,%s\n' "$(guid $i)" $name $i $i $name; done; } >have.csv
  mkdir -p home/.gen3 work
  rm -f home/.gen3/credentials.json
  start_sandbox --load have.csv --api-key-file home/.gen3/credentials.json
  export GEN3_ENDPOINT=$SANDBOX HOME=$PWD/home
}

# Runs one block of a document: what it prints, and its status if that is not 0, must be as expected; messages
# where the document has some.
run_block() { # COMMAND EXPECTED
  local block_status
  eval "$1" >"$blocks/actual" 2>"$blocks/messages" </dev/null
  block_status=$?
  [[ $'\n'$2 != *$'\n! '* ]] || sed 's/^/! /' "$blocks/messages" >>"$blocks/actual"
  [ $block_status = 0 ] || echo "? $block_status" >>"$blocks/actual"
  printf '%s' "$2" >"$blocks/expected"
  diff -u "$blocks/expected" "$blocks/actual" >&2 && return
  printf '$ %s\n' "$1" >&2
  cat "$blocks/messages" >&2
  exit 1
}

# Runs the ```console blocks of a document one after the other, in one shell and folder. `$ ` begins a command, `> `
# goes on with it; behind it stand what it prints, messages (`! `), and the status (`? `).
run_document() { # FILE LEAST-COUNT
  (
    trap 'kill $(jobs -p) 2>/dev/null' EXIT
    trap - ERR
    set +eu +o pipefail
    blocks=$(mktemp -d "$PWD/../blocks.XXXXXX") count=0 command='' expected=''
    while IFS= read -r line <&3; do
      case $line in
        '$ '* | '')
          [ -z "$command" ] || { run_block "$command" "$expected"; count=$((count + 1)); }
          command=${line#\$ } expected='' ;;
        '> '*) command+=$'\n'${line#> } ;;
        *) expected+=$line$'\n' ;;
      esac
    done 3< <(awk '/^```console/ { on = 1; next } /^```/ { if (on) print ""; on = 0 } on' "$1")
    [ $count -ge "$2" ] || { echo "$1: only $count blocks" >&2; exit 1; }
  ) || fail "$1 says otherwise"
}

# Waits until a file has so many lines, or a process has ended: for moments that a service's log tells.
wait_for_lines() { # FILE COUNT PID
  while [ "$(wc -l <"$1")" -lt "$2" ] && kill -0 "$3" 2>/dev/null; do sleep 0.002; done
}

# Starts a command whose processes are a group of their own (GROUP); kills all of them, as the death of a machine
# does, and returns when none is left that could still hold a file.
start_group() { # COMMAND...
  setsid "$@" >/dev/null 2>&1 &
  GROUP=$!
}
kill_group() {
  kill -KILL -- "-$GROUP" 2>/dev/null || true
  wait "$GROUP" 2>/dev/null || true
  while pgrep -g "$GROUP" -r D,I,R,S,T >/dev/null; do sleep 0.01; done
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

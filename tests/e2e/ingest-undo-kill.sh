# An undo that is killed again and again, of a run that was killed itself, under 503s and resets: the index is
# as it was before.
. "$E2E/lib.sh"

divisor=${G3_TEST_DIVISOR:-1}
rows=$((2000 / divisor)) kills=$((20 / divisor + 2))

write_login
make_manifest $rows >manifest.csv
# Every third row is to be updated, every hundredth is there as it is.
awk -F, -v OFS=, 'NR == 1 || NR % 100 == 0 || NR % 3 == 0 { if (NR > 1 && NR % 100) { $2 = "s3://old/" NR; $7 = "" } print }' manifest.csv >old.csv
start_sandbox --load old.csv --fault 503:0.03 --fault reset:0.03 --seed 11 --log access.log
state() { g3-fetch-index -q -e "$SANDBOX" --sort; }
state >before

# Runs a command until it is done, killing it at moments that the service's log tells.
kill_often() { # SPAN COMMAND...
  local span=$1 pid i until_lines
  shift
  for ((i = 0; i < kills; i++)); do
    until_lines=$(($(wc -l <access.log) + 1 + RANDOM % span))
    "$@" 2>>err &
    pid=$!
    wait_for_lines access.log $until_lines $pid
    kill -9 $pid 2>/dev/null || true
    wait $pid || true
  done
}

RANDOM=5
ingest="g3-ingest -q -e $SANDBOX --basic-auth-file login"
# shellcheck disable=SC2086 # several words
kill_often $((rows / 10 + 1)) $ingest --journal journal -o results manifest.csv
# Not run to its end: the undo has to find out what the kills left.
state >between
if cmp -s before between; then fail 'nothing was ingested'; fi
# shellcheck disable=SC2086
kill_often $((rows / 10 + 1)) $ingest --undo journal -o undone
$ingest --undo journal -o undone 2>>err
state | expect_same before -

# A fetch that is killed at any point goes on where it was: complete, and each record once.
. "$E2E/lib.sh"

make_manifest 9000 dg.TEST/ dg.4503/ - >manifest.csv
tail -n +2 manifest.csv | cut -d, -f1 | LC_ALL=C sort >expected
start_sandbox --load manifest.csv --collation locale --latency 40ms --log access.log

guids() { tail -n +2 | cut -d, -f1 | LC_ALL=C sort; }

# Starts the fetch in the background, waits until the service has answered N requests more, sends SIGNAL.
# The status is left in STATUS.
fetch_and_stop() { # N SIGNAL COMMAND...
  local answered=$(($(wc -l <access.log) + $1)) signal=$2 fetch
  shift 2
  "$@" 2>>err &
  fetch=$!
  wait_for_lines access.log $answered $fetch
  kill "-$signal" $fetch 2>/dev/null || true
  STATUS=0
  wait $fetch || STATUS=$?
}

# Killed while probing, right after, and later; positions are saved about once a second, which is about
# 75 requests. The last run is left alone.
for output in index.csv index.ndjson.zst; do
  : >err
  stops='5 40 110 15 30' # together fewer than there are pages, for a slow run may save each
  [ $output = index.csv ] || stops='150 40'
  [ "${G3_TEST_DIVISOR:-1}" -lt 20 ] || stops='5 110'
  fetch="g3-fetch-index -e $SANDBOX -j 3 --batch 40 --resume $output.journal -o $output"
  for requests in $stops; do
    fetch_and_stop $requests KILL $fetch
    [ ! -e $output ] || fail "$output has its name before it is complete"
  done
  before=$(wc -l <access.log)
  $fetch 2>>err
  grep 'going on after' err | grep -qv 'after 0 records' || { cat err; fail 'nothing was taken up'; }
  [ $(($(wc -l <access.log) - before)) -lt 200 ] || fail 'began anew'
  case $output in
    *.csv) guids <$output >fetched ;;
    *) zstd -dcq $output | jq -r .guid | LC_ALL=C sort >fetched ;;
  esac
  expect_same expected fetched
  [ -z "$(find . -name '*.partial')" ] || fail 'a partial file was left'
done

# A finished run says so and asks nothing; also where its output is gone.
: >access.log
cp index.csv copy.csv
expect_status 0 g3-fetch-index -e "$SANDBOX" -j 3 --batch 40 --resume index.csv.journal -o index.csv
expect_text err 'complete already'
expect_same copy.csv index.csv
[ ! -s access.log ] || fail 'asked the service though all was done'
rm index.csv
expect_status 2 g3-fetch-index -e "$SANDBOX" --resume index.csv.journal -o index.csv
expect_text err 'remove the journal'

# Another job does not take a journal up, nor do two runs share one.
expect_status 2 g3-fetch-index -e "$SANDBOX" --resume index.csv.journal -o other.csv
expect_text err 'another run'
echo 'not a journal' >text
expect_status 6 g3-fetch-index -e "$SANDBOX" --resume text -o other.csv
expect_text err 'not a journal'

# A signal: what is there is kept with a journal, and the message says how to go on.
: >err
fetch_and_stop 150 TERM g3-fetch-index -e "$SANDBOX" -j 3 --batch 40 --resume stopped.journal -o stopped.csv
[ $STATUS = 130 ] || fail "exit status $STATUS for 130"
expect_text err 'the same command goes on from there'
[ ! -e stopped.csv ]
g3-fetch-index -e "$SANDBOX" -j 3 --batch 40 --resume stopped.journal -o stopped.csv 2>err
expect_text err 'going on after'
guids <stopped.csv >fetched
expect_same expected fetched

# Without a journal nothing is left.
fetch_and_stop 100 INT env g3-fetch-index -e "$SANDBOX" -j 3 --batch 40 -o gone.csv
[ -z "$(find . -name '*gone.csv*')" ] || fail 'something was left'

# A service that fails in the middle: the next run goes on.
stop_sandboxes
start_sandbox --load manifest.csv --log access.log --fault 500:0.1 --seed 2
status=0
g3-fetch-index -e "$SANDBOX" -j 2 --batch 40 --retries 0 --resume failed.journal -o failed.csv 2>err || status=$?
runs=1
while [ $status = 5 ] && [ $runs -lt 200 ]; do
  status=0
  g3-fetch-index -e "$SANDBOX" -j 2 --batch 40 --retries 0 --resume failed.journal -o failed.csv 2>err || status=$?
  runs=$((runs + 1))
done
[ $status = 0 ] || { cat err; fail "exit status $status"; }
[ $runs -gt 1 ] || fail 'the service never failed'
guids <failed.csv >fetched
expect_same expected fetched

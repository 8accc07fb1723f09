# How far a run is: the line on a terminal, progress as JSON, and SIGUSR1.
. "$E2E/lib.sh"

make_manifest 4000 >manifest.csv
start_sandbox --load manifest.csv --log log --latency 30ms --fault 503:0.05 --seed 3
fetch() { g3-fetch-index -e "$SANDBOX" -j 1 --batch 60 -o fetched.csv "$@"; }

# The line: words, part done, rate, time left, requests in flight and repeated; wiped at the end.
fetch --progress always 2>err
tr '\r' '\n' <err | sed 's/\x1b\[K//g' >lines
grep -qE '^g3-fetch-index: [0-9]+ of 4000 records, [0-9]+%, [0-9]+/s, 0:[0-9][0-9] left' lines || { cat lines; fail 'no such line'; }
grep -q 'repeated' lines || fail 'repeats are not told'
[ "$(tail -n 1 lines | cut -c 1-24)" = 'g3-fetch-index: 4000 rec' ] || fail "the summary is not the last line"

# Nothing of that where it is not wanted; no escape codes where there is no terminal.
fetch 2>err
if grep -q $'\r' err; then fail 'progress without a terminal'; fi
fetch -q 2>err
expect_same err /dev/null

# On a terminal it is as wide as that is, and goes along when it changes.
if command -v script >/dev/null; then
  script -qec "stty cols 40; g3-fetch-index -e $SANDBOX -j 1 --batch 60 -o fetched.csv" /dev/null </dev/null | tr '\r' '\n' | sed 's/\x1b\[K//g' >lines
  grep -q '^g3-fetch-index: [0-9]* of 4000 recor' lines || fail 'nothing is drawn on a terminal'
  awk '/ of 4000 / && length($0) > 39 { exit 1 }' lines || fail 'the line is wider than the terminal'
fi

# As JSON lines, to a descriptor of one's own.
fetch --progress-json 3 -q 3>progress.ndjson
jq -es 'length > 0 and all(.level == "progress" and .tool == "g3-fetch-index" and (.done | type) == "number" and has("left") and has("repeats"))' progress.ndjson >/dev/null
jq -es 'map(.total) | unique == [4000]' progress.ndjson >/dev/null
expect_status 2 fetch --progress-json x

# SIGUSR1: where it is, once, also under -q; the run goes on.
: >log
g3-fetch-index -q -e "$SANDBOX" -j 1 --batch 60 -o fetched.csv 2>err &
wait_for_lines log 5 $!
kill -USR1 $!
wait $!
grep -qE '^g3-fetch-index: [0-9]+ of 4000 records' err || fail 'no answer to the signal'
wc -l <fetched.csv | expect_same <(echo 4001) -

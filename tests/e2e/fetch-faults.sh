# A service in trouble: all records come all the same, or the failure is told; never a short manifest.
. "$E2E/lib.sh"

make_manifest 6000 dg.TEST/ other/ >manifest.csv
tail -n +2 manifest.csv | cut -d, -f1 | LC_ALL=C sort >expected

guids() { tail -n +2 "$1" | cut -d, -f1 | LC_ALL=C sort; }

# Errors, resets, answers that are cut off, slow, or no JSON: repeated.
start_sandbox --load manifest.csv --fault 503:0.05 --fault reset:0.03 --fault truncate:0.03 \
  --fault garbage:0.05 --fault slow:0.05 --seed 5
g3-fetch-index -e "$SANDBOX" --batch 200 -o index.csv 2>err
guids index.csv >fetched
expect_same expected fetched

# An answer that is always wrong ends it, and names the URL; there is no output.
stop_sandboxes
start_sandbox --load manifest.csv --fault garbage:1
expect_status 5 g3-fetch-index -e "$SANDBOX" -o wrong.csv
expect_text err "$SANDBOX/index/index/"
expect_text err 'wrong answer'
[ -z "$(find . -name '*wrong.csv*')" ] || fail 'something was left of an output that failed'

# A service that fails all the time.
stop_sandboxes
start_sandbox --load manifest.csv --fault 500:1
expect_status 5 g3-fetch-index -e "$SANDBOX" --retries 1 -o wrong.csv
[ -z "$(find . -name '*wrong.csv*')" ] || fail 'something was left of an output that failed'

# A service that wants a login.
stop_sandboxes
start_sandbox --load manifest.csv --require-token
expect_status 4 g3-fetch-index -e "$SANDBOX" -o wrong.csv

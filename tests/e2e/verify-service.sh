# What verify and fetch say and leave where the service fails for good, or is not there at all.
. "$E2E/lib.sh"

make_manifest 3000 >index.csv
sed '2,$s|s3://|s4://|' index.csv >spoilt.csv

# It fails in the middle: what was found until then has been written, and counted.
start_sandbox --load index.csv --fault 500:0.01 --seed 3
expect_status 5 g3-verify -e "$SANDBOX" --lookup single -j 1 --retries 0 spoilt.csv
[ -s out ] || fail "differences were lost when the service failed"
expect_text err "$(wc -l <out) differ (urls $(wc -l <out))"

# Nothing answers: no output, no summary.
expect_status 5 g3-verify -e http://127.0.0.1:1 --retries 1 -o none.ndjson index.csv
expect_text err "is the endpoint's URL right?"
[ -z "$(find . -name '*none*')" ] || fail "an output of nothing"
if grep -q rows err; then fail "a summary of nothing"; fi
expect_status 5 g3-fetch-index -e http://127.0.0.1:1 --retries 0
[ "$(wc -l <err)" = 1 ] || fail "more than one line about one failure"

# No index service is named.
expect_status 2 g3-verify --metadata-url "$SANDBOX" index.csv
expect_status 2 g3-fetch-index --metadata-url "$SANDBOX"
expect_text err "which index service?"

# Two outputs in one place would spoil each other.
stop_sandboxes
start_sandbox --load index.csv
expect_status 2 g3-fetch-index -e "$SANDBOX" -o fetched.csv --resume fetched.csv
expect_text err "-o and --resume can't both go to fetched.csv"
g3-fetch-index -e "$SANDBOX" -q -o fetched.csv --resume journal
expect_status 2 g3-fetch-index -e "$SANDBOX" -o journal --resume ./journal
expect_status 2 g3-fetch-index -e "$SANDBOX" --guids index.csv --unmatched -
expect_text err "-o and --unmatched can't both go to standard output"
expect_status 2 g3-verify -e "$SANDBOX" --extra - index.csv
expect_status 2 g3-verify -e "$SANDBOX" --reject - index.csv
expect_status 2 g3-verify -e "$SANDBOX" --reject same --extra same index.csv

# With --log json all of standard error is JSON lines: warnings, progress, the summary, the error.
stop_sandboxes
start_sandbox --load index.csv --fault 503:0.2 --fault-limit 5
expect_status 0 g3-verify -e "$SANDBOX" --log json --progress always index.csv
jq -es 'all(.tool == "g3-verify" and (.time | fromdate > 0))' err >levels || fail "no JSON lines: $(cat -A err)"
[ "$(jq -r .level err | sort -u | paste -sd ' ')" = 'note progress warning' ] || fail "levels: $(cat err)"
expect_status 5 g3-fetch-index -e http://127.0.0.1:1 --retries 0 --log json
[ "$(jq -r .level err)" = error ] || fail "$(cat err)"

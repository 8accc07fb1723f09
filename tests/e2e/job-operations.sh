# g3-job: jobs that complete, fail, take their time or too long; their input by file and by options; a wait that
# is interrupted leaves the job running and tells its UID.
. "$E2E/lib.sh"

write_login
start_sandbox --job-failure $'get-dbgap-metadata:no such study:\nphs0' --log access.log
job() { g3-job -e "$SANDBOX" --basic-auth-file login "$@"; }

# Dispatched only; then its status and output.
job run ingest-metadata-manifest --url s3://b/m.tsv --source dbgap >first
uid=$(jq -r .uid first)
job status "$uid" | jq -r .status | expect_same <(echo Completed) -
job output "$uid" | jq -r .output | jq -cS . | expect_same <(echo '{"URL":"s3://b/m.tsv","metadata_source":"dbgap"}') -

# Waited for: its output; options go before the members of a file.
echo '{"URL":"s3://old","host":"h"}' >input.json
job run ingest-metadata-manifest --input input.json --url s3://new --wait | jq -r .output | jq -cS . |
  expect_same <(echo '{"URL":"s3://new","host":"h"}') -
job run download-indexd-manifest --wait | jq -r .output | expect_same <(echo '{}') -
job list | jq -r .status | sort | uniq -c | tr -s ' ' | expect_same <(echo ' 3 Completed') -

# Failed: with its own words, on one line; and what it was dispatched with.
expect_status 1 job run get-dbgap-metadata --phs 'phs1 phs2' --index-manifest s3://i --guid-column guid \
  --row-column submitted_sample_id --index-column urls --match partial --wait
expect_text err 'Failed: no such study: phs0'
job list | jq -r 'select(.status == "Failed").uid' >failed
expect_status 1 job wait "$(cat failed)"
expect_status 1 job run nothing --wait
expect_text err '400'
expect_status 1 job status none
expect_status 4 g3-job -e "$SANDBOX" list
expect_status 3 job run ingest-metadata-manifest --input missing.json
expect_status 2 job run
job health | expect_same <(echo '"Healthy"') -
[ "$(grep -c 'POST /job/dispatch' access.log)" = 5 ] || fail 'a job was dispatched twice, or not at all'

# One that takes its time; one that never ends.
start_sandbox --job-time 1.5s
job run index-object-manifest --url s3://b/m.tsv --wait | jq -r .output | expect_same <(echo '{"URL":"s3://b/m.tsv"}') -

# Progress: the UID, the status and the seconds, which go on between two questions; none under -q or where
# standard error is no terminal.
start_sandbox --job-time 2s --log progress.log
expect_status 0 job run index-object-manifest --wait --progress always
uid=$(job list | jq -r .uid)
tr '\r' '\n' <err >drawn
running=$(($(grep -c "GET /job/status" progress.log) - 1)) # the last answer is another
[ "$(grep -cE "g3-job: $uid: Running for [0-9]+ s" drawn)" -gt "$running" ] || fail "drawn no more often than asked: $(cat drawn)"
[ -z "$(tail -n 1 drawn | tr -d '\033[K')" ] || fail "the progress line stays: $(tail -n 1 drawn)"
start_sandbox --job-time 1.5s
expect_status 0 job run index-object-manifest --wait
expect_same <(echo "g3-job: job $(job list | jq -r .uid) was dispatched") err
expect_status 0 job -q run index-object-manifest --wait
expect_same /dev/null err

start_sandbox --job-time 1000s
expect_status 5 job run index-object-manifest --wait --within 1s
expect_text err 'has not ended within 1 s'
g3-job -e "$SANDBOX" --basic-auth-file login run index-object-manifest --wait >waited 2>waiting & pid=$!
until grep -qs dispatched waiting; do kill -0 $pid; done
kill -INT $pid
status=0
wait $pid || status=$?
[ $status = 130 ] || fail "status $status"
uid=$(job list | jq -r .uid | head -1)
expect_text waiting "the job goes on: $uid"
job status "$uid" | jq -r .status | expect_same <(echo Running) -

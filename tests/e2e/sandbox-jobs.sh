# g3-sandbox's job service: jobs run for their time, complete or fail, and tell what they were given.
. "$E2E/lib.sh"

start_sandbox --job-time 3s --job-failure 'get-dbgap-metadata:no such study: phs0'
job() { curl -s -u admin:secret -H 'Content-Type: application/json' "$@"; }
dispatch() { job "$SANDBOX/job/dispatch" -d "{\"action\":\"$1\",\"input\":$2}"; }
status() { job "$SANDBOX/job/status?UID=$1" | jq -r .status; }
# A job that was running ends: until then there is no output.
finish() { while [ "$(status "$1")" = Running ]; do :; done; }

dispatch ingest-metadata-manifest '{"URL":"s3://b/m.tsv"}' >first
jq -r '.name | split("-")[0:3] | join("-")' first | expect_same <(echo ingest-metadata-manifest) -
first=$(jq -r .uid first)
expect_same <(echo Running) <(jq -r .status first)
expect_same <(echo 400) <(job -o /dev/null -w '%{http_code}\n' "$SANDBOX/job/output?UID=$first")
finish "$first"
expect_same <(echo Completed) <(status "$first")
job "$SANDBOX/job/output?UID=$first" | jq -c '.output | fromjson' | expect_same <(echo '{"URL":"s3://b/m.tsv"}') -

second=$(dispatch get-dbgap-metadata '{"phsid_list":"phs0"}' | jq -r .uid)
finish "$second"
expect_same <(echo Failed) <(status "$second")
job "$SANDBOX/job/output?UID=$second" | jq -r .output | expect_same <(echo 'no such study: phs0') -
job "$SANDBOX/job/list" | jq -r '.[].uid' | expect_same <(printf '%s\n%s\n' "$second" "$first") -

for wrong in '400 dispatch -d {"action":"none"}' '404 status?UID=x' '404 nothing' '405 dispatch'; do
  read -r code path rest <<<"$wrong"
  # shellcheck disable=SC2086 # several words or none
  expect_same <(echo "$code") <(job -o /dev/null -w '%{http_code}\n' "$SANDBOX/job/$path" $rest)
done
expect_same <(echo 403) <(curl -s -o /dev/null -w '%{http_code}\n' "$SANDBOX/job/list")
expect_same <(echo Healthy) <(curl -s "$SANDBOX/job/_status"; echo)
expect_status 2 g3-sandbox --job-failure nothing

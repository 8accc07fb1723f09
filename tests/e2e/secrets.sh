# Logins while writing: tokens bought and renewed in mid-run, and nothing secret in any byte that is written:
# results, messages, journals, plans, rejects, partial files, logs; nor in the command line.
. "$E2E/lib.sh"

mkdir logins written
export TMPDIR=$PWD/written
make_manifest 600 >manifest.csv
{ head -1 manifest.csv; echo 'x,,,,zz,-1,bad'; tail -n +2 manifest.csv; } >rows.csv
start_sandbox --api-key-file logins/key.json --token-lifetime 1 --log written/access.log --fault 503:0.02 --seed 3 --latency 4ms
key=$(jq -r .api_key logins/key.json)
echo 'admin:s3cr3t-hush' >logins/wrong-login
echo 'admin:secret' >logins/login
printf 'eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjF9.c2lnbmF0dXJl' >logins/old-token
chmod 600 logins/*
run() { "$@" >>written/stdout 2>>written/stderr || echo "status $?: ${*:1:2}" >>written/statuses; }
ingest() { run g3-ingest --log json --progress always "$@"; }

# By an API key: many tokens, each bought once for all requests in flight.
ingest -e "$SANDBOX" --credentials logins/key.json --journal written/journal --reject written/rejects -j 1 -o written/results rows.csv
bought=$(grep -c 'POST /user/credentials' written/access.log)
sent=$(grep -c 'POST /index-admin' written/access.log)
[ "$sent" -ge 600 ] || fail "only $sent creates"
[ "$bought" -ge 2 ] && [ "$bought" -le $((sent / 4)) ] || fail "$bought tokens for $sent requests"
[ "$(jq -r .action written/results | sort | uniq -c | tr -s ' ')" = ' 600 created' ] || fail 'not all are created'
ingest -e "$SANDBOX" --credentials logins/key.json --plan --replace-urls -o written/plan manifest.csv
ingest -e "$SANDBOX" --credentials logins/key.json --undo written/journal -o written/undone
ingest -e "$SANDBOX" --credentials logins/key.json --kind metadata --source s --journal written/mds-journal rows.csv
run g3-verify -e "$SANDBOX" --credentials logins/key.json --kind metadata --source s rows.csv

# The command line of a run tells none, nor does what a kill leaves.
lines=$(wc -l <written/access.log)
g3-ingest -e "$SANDBOX" --basic-auth-file logins/login --journal written/killed -o written/part --match none rows.csv 2>>written/stderr &
pid=$!
wait_for_lines written/access.log $((lines + 30)) $pid
tr '\0' '\n' </proc/$pid/cmdline >written/cmdline || true
kill -9 $pid 2>/dev/null || true
wait $pid || true

# What fails: a wrong login, an old token, a key that is none, a key on the wrong host, a login in the URL.
ingest -e "$SANDBOX" --basic-auth-file logins/wrong-login manifest.csv
ingest -e "$SANDBOX" --token-file logins/old-token manifest.csv
GEN3_TOKEN=$(cat logins/old-token) ingest -e "$SANDBOX" manifest.csv
GEN3_API_KEY="{\"api_key\":\"$key\"}" ingest -e http://127.0.0.1:1 --retries 0 manifest.csv
jq '.api_key |= sub("....$"; "AAAA")' logins/key.json >logins/bad.json
ingest -e "$SANDBOX" --credentials logins/bad.json manifest.csv
ingest -e "http://admin:s3cr3t-hush@${SANDBOX#http://}" --journal written/url-journal manifest.csv
ingest --index-url "http://admin:s3cr3t-hush@127.0.0.1:1/index" --retries 0 manifest.csv
grep -c status written/statuses >/dev/null || fail 'nothing failed'

# Credentials that others may read are warned about.
chmod 644 logins/login
expect_status 1 g3-ingest -e "$SANDBOX" --basic-auth-file logins/login --plan -o written/again rows.csv
expect_text err 'logins/login'
cat err >>written/stderr

[ -s written/results ] && [ -s written/plan ] && [ -s written/journal ] && [ -s written/rejects ] && [ -s written/stderr ] && [ -s written/cmdline ] || fail 'a file is missing'
basic=$(printf 'admin:s3cr3t-hush' | base64) good=$(printf 'admin:secret' | base64)
for secret in "$key" "${key:0:40}" "${key: -20}" s3cr3t-hush admin:secret "$basic" "$good" eyJ 'Bearer ' 'Basic '; do
  if grep -raF -- "$secret" written >found; then head -c 600 found >&2; fail "a secret was written: $secret"; fi
done

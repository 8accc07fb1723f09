# g3-doctor: what is well, what is not, and what to do; g3: one name in front of all tools.
. "$E2E/lib.sh"

start_sandbox --api-key-file key.json
g3-doctor -e "$SANDBOX" --credentials key.json >out
[ "$(awk '{ print $1, $2 }' out | paste -sd, -)" = 'ok endpoint,ok index,ok metadata,ok jobs,ok graph,ok login,ok clock' ] || { cat out; fail 'not all is well'; }
expect_text out '/mds is well, version 4.3.0'
expect_text out 'sandbox; the access token is good for'
g3-doctor -e "$SANDBOX" --json | jq -r '[.subject, .state] | join(" ")' | sed -n 6p | expect_same <(echo 'login none') -
g3-doctor --index-url "$SANDBOX/index" >out
expect_text out 'none  metadata   not known: give -e URL, or --metadata-url URL'
expect_text out 'none  jobs       not known: it is behind a gateway only: give -e URL'

# What is bad.
expect_status 1 g3-doctor -e "$SANDBOX" --index-url "$SANDBOX/nothing"
expect_text out 'bad   index'
sed 's/"api_key": *"[^"]*/&x/' key.json >worn.json && chmod 600 worn.json
expect_status 1 g3-doctor -e "$SANDBOX" --credentials worn.json
expect_text out 'bad   login'
echo worn >token && chmod 600 token
expect_status 1 g3-doctor -e "$SANDBOX" --token-file token
expect_text out 'bad   login'
expect_status 1 g3-doctor -e ftp://x
expect_text out 'bad   endpoint'
stop_sandboxes
expect_status 1 g3-doctor -e "$SANDBOX" --retries 0
expect_text out 'bad   index'
expect_status 2 g3-doctor -e "$SANDBOX" operand

# The dispatcher.
printf 'guid\na\n' | g3 parse --to csv | expect_same <(printf 'guid\na\n') -
g3 help >out
for tool in parse verify merge ingest submit doctor; do expect_text out "  $tool "; done
g3 help parse | head -n 1 | expect_same <(g3-parse --help | head -n 1) -
g3 --version | expect_same <(g3-parse --version | sed 's/-parse//') -
expect_status 2 g3
expect_status 2 g3 nothing
expect_text err 'there is no tool g3-nothing'
expect_status 2 g3 ../sh
expect_status 3 g3 parse nothing.csv

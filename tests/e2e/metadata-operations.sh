# g3-metadata: each operation, and what the service refuses.
. "$E2E/lib.sh"

write_login
start_sandbox
metadata() { g3-metadata -e "$SANDBOX" --basic-auth-file login "$@"; }

echo '{"a":{"b":"x"},"n":1}' | metadata create dg/1 | expect_same <(echo '{"a":{"b":"x"},"n":1}') <(jq -cS .)
expect_status 1 bash -c "echo '{}' | g3-metadata -e $SANDBOX --basic-auth-file login create dg/1"
expect_text err 'dg/1: 409'
echo '{"n":2}' | metadata update --merge dg/1 >/dev/null
metadata get dg/1 | jq -cS . | expect_same <(echo '{"a":{"b":"x"},"n":2}') -
echo '{"n":3}' | metadata update dg/1 >/dev/null
metadata get dg/1 | jq -cS . | expect_same <(echo '{"n":3}') -
echo '{"n":4}' | metadata create --overwrite dg/1 >/dev/null
echo '[{"guid":"dg/1","data":{"n":5}},{"guid":"dg/2","data":{"a":{"b":"y"}}}]' >batch.json
metadata batch batch.json | jq -c '[.created, .conflict]' | expect_same <(echo '[["dg/2"],["dg/1"]]') -
metadata batch --overwrite batch.json | jq -c '[(.updated | sort), .conflict]' | expect_same <(echo '[["dg/1","dg/2"],[]]') -

# Queries: all pages; documents as lines that batch takes again.
seq 4100 | jq -c -s 'map({guid: "p/\(.)", data: {k: (. % 2 | tostring)}})' | metadata batch >/dev/null
[ "$(metadata query | wc -l)" = 4102 ] || fail 'not all GUIDs'
[ "$(metadata query --query k=1 | sort -u | wc -l)" = 2050 ] || fail 'not those that were asked for'
metadata query --data --query a.b=y | expect_same <(echo '{"guid":"dg/2","data":{"a":{"b":"y"}}}') -
metadata query --data | jq -c -s . | metadata batch --overwrite | jq '.updated | length' | expect_same <(echo 4102) -

metadata create-aliases dg/1 one two >/dev/null
metadata aliases dg/1 | jq -c '.aliases | sort' | expect_same <(echo '["one","two"]') -
metadata update-aliases --merge dg/1 three >/dev/null
metadata aliases dg/1 | jq -c '.aliases | sort' | expect_same <(echo '["one","three","two"]') -
metadata get three | jq -c . | expect_same <(echo '{"n":5}') -
metadata delete-alias dg/1 one >/dev/null
metadata update-aliases dg/1 four >/dev/null
metadata aliases dg/1 | jq -c .aliases | expect_same <(echo '["four"]') -
metadata delete-aliases dg/1 >/dev/null
metadata delete dg/1 | jq -c . | expect_same <(echo '{"n":5}') -

expect_status 1 metadata get dg/1 dg/2
expect_text err 'dg/1: 404'
jq -c . out | expect_same <(echo '{"a":{"b":"y"}}') -
expect_status 1 metadata delete dg/1
expect_status 4 bash -c "echo '{}' | g3-metadata -e $SANDBOX create dg/9"
metadata health | jq -e .status >/dev/null
metadata version | expect_same <(echo '"4.3.0"') -
expect_status 4 metadata index-paths

# g3-index: each operation, and what the service refuses.
. "$E2E/lib.sh"

write_login
{ echo guid,md5,size,urls,acl; for i in 1 2 3; do printf '%s,%032d,%d,s3://b/N_%d,a\n' "$(guid $i)" $i $i $i; done; } >have.csv
start_sandbox --load have.csv
index() { g3-index -e "$SANDBOX" --basic-auth-file login "$@"; }

# Reading.
index get "$(guid 1)" "$(guid 2)" | jq -r .size | expect_same <(printf '1\n2\n') -
index bulk "$(guid 3)" "$(guid 9)" | jq -r .did | expect_same <(guid 3; echo) -
index list | jq -r .size | sort | expect_same <(printf '1\n2\n3\n') -
index list --query "hash=md5:$(printf %032d 2)" | jq -r .did | expect_same <(guid 2; echo) -
index query-urls N_2 | jq -c .urls | expect_same <(echo '["s3://b/N_2"]') -
index versions "$(guid 1)" | jq -r '.[].did' | expect_same <(guid 1; echo) -
index latest "$(guid 1)" | jq -r .did | expect_same <(guid 1; echo) -
index stats | expect_same <(echo '{"fileCount":3,"totalFileSize":6}') <(jq -c . )
index health | expect_same <(echo '"Healthy"') -
index version | jq -e 'type == "object"' >/dev/null
index prefix | jq -r .prefix | expect_same <(echo dg.TEST/) -
[ "$(index mint 3 | jq -r . | grep -c '^dg.TEST/')" = 3 ] || fail 'not three GUIDs'
index urls --query "ids=$(guid 1)" --query size=1 | jq -e .urls >/dev/null

# Writing.
printf '{"form":"object","size":7,"hashes":{"md5":"%032d"},"urls":["s3://b/7"],"did":"%s"}' 7 "$(guid 7)" >new.json
index create new.json | jq -r .did | expect_same <(guid 7; echo) -
echo '{"acl":["x"],"file_name":"f"}' | index update "$(guid 7)" | jq -r .did | expect_same <(guid 7; echo) -
index get "$(guid 7)" | jq -c '[.acl, .file_name]' | expect_same <(echo '[["x"],"f"]') -
jq -c 'del(.did)' new.json | index new-version "$(guid 7)" >version
index versions "$(guid 7)" | jq length | expect_same <(echo 2) -
index latest "$(guid 7)" | jq -r .did | expect_same <(jq -r .did version) -
index create-aliases "$(guid 7)" one two >/dev/null
index aliases "$(guid 7)" | jq -r '.aliases[].value' | sort | expect_same <(printf 'one\ntwo\n') -
index update-aliases "$(guid 7)" three >/dev/null
index aliases "$(guid 7)" | jq -c .aliases | expect_same <(echo '[{"value":"three"}]') -
index delete-alias "$(guid 7)" three >/dev/null
index create-aliases "$(guid 7)" four >/dev/null
index delete-aliases "$(guid 7)" >/dev/null
index aliases "$(guid 7)" | jq -c .aliases | expect_same <(echo '[]') -
index create-blank me file.bam >blank
printf '{"size":5,"hashes":{"md5":"%032d"}}' 5 | index update-blank "$(jq -r .did blank)" >/dev/null
index get "$(jq -r .did blank)" | jq -c '[.size, .uploader, .file_name]' | expect_same <(echo '[5,"me","file.bam"]') -
index delete "$(guid 7)" "$(jq -r .did blank)" >/dev/null

# What is refused: told, with status 1; the rest is done.
expect_status 1 index get "$(guid 99)" "$(guid 1)"
expect_text err "$(guid 99): 404"
jq -r .did out | expect_same <(guid 1; echo) -
expect_status 1 index get "$(guid 99)"
expect_status 1 index delete "$(guid 99)"
expect_status 1 index --rev 0 delete "$(guid 1)"
expect_text err 409
expect_status 1 bash -c "echo '{\"size\":1}' | g3-index -e $SANDBOX --basic-auth-file login create"
expect_text err 400
expect_status 3 bash -c "echo '{\"size\":' | g3-index -e $SANDBOX --basic-auth-file login create"
expect_text err 'no JSON document'
expect_status 4 bash -c "g3-index -e $SANDBOX create new.json"
expect_status 5 index --index-url http://127.0.0.1:1 --retries 0 stats
expect_status 2 index
expect_status 2 index nothing
expect_text err 'no operation "nothing"'
expect_status 2 index get
expect_text err 'usage: g3-index get GUID...'
expect_status 2 index stats more
expect_status 2 index list --query nothing
expect_status 0 index -o file.json stats
jq -e .fileCount file.json >/dev/null

# g3-auth: tokens, who one is, requests of any kind, signed URLs; and what is refused.
. "$E2E/lib.sh"

guid=dg.TEST/00000001-0000-4000-8000-000000000000
printf 'guid,md5,size,urls\n%s,%032d,1,s3://b/1 gs://b/1\n' $guid 1 >have.csv
start_sandbox --load have.csv --api-key-file key.json
auth() { g3-auth -e "$SANDBOX" --credentials key.json "$@"; }
write_login

# A token that curl can use, and that other tools take.
auth token >token
chmod 600 token
curl -sf -H "Authorization: Bearer $(cat token)" "$SANDBOX/user/user" | jq -r .username | expect_same <(echo sandbox) -
GEN3_TOKEN=$(cat token) g3-auth -e "$SANDBOX" check | jq -r .username | expect_same <(echo sandbox) -
g3-auth -e "$SANDBOX" --token-file token token | expect_same token -
auth check | jq -r .username | expect_same <(echo sandbox) -
expect_status 4 g3-auth -e "$SANDBOX" token
expect_status 4 g3-auth -e "$SANDBOX" --basic-auth-file login token
expect_status 4 g3-auth -e "$SANDBOX" check
jq '.api_key |= sub("....$"; "AAAA")' key.json >bad.json
chmod 600 bad.json
expect_status 4 g3-auth -e "$SANDBOX" --credentials bad.json check

# curl: the bytes of the answer; documents from the command line, a file and standard input.
auth curl "/index/index/$guid" | jq -r .did | expect_same <(echo $guid) -
auth curl index/_status | expect_same <(printf Healthy) -
auth curl -d '{"a":1}' /mds-admin/metadata/x | jq -c . | expect_same <(echo '{"a":1}') -
echo '{"a":2}' >body.json
auth curl -X PUT -d @body.json /mds-admin/metadata/x >/dev/null
echo '["'$guid'"]' | auth curl --data @- /index/bulk/documents | jq length | expect_same <(echo 1) -
auth curl -X DELETE /mds-admin/metadata/x | jq -c . | expect_same <(echo '{"a":2}') -
expect_status 1 auth curl /mds/metadata/x
expect_text err 404
expect_status 2 auth curl https://elsewhere.org/
expect_status 2 auth curl -X PATCH /index/_status
expect_status 3 auth curl -d @missing.json /index/bulk/documents

# Signed URLs.
auth --query protocol=s3 download-url $guid | jq -r .url | expect_same <(echo 's3://b/1?X-Signature=sandbox') -
auth --query protocol=gs download-url $guid | jq -r .url | expect_same <(echo 'gs://b/1?X-Signature=sandbox') -
expect_status 1 auth --query protocol=az download-url $guid
expect_status 1 auth download-url dg.TEST/none
auth upload-url 'a "b".bam' >upload
jq -r .url upload | grep -qF 'a "b".bam?X-Signature' || fail 'no URL to send the file to'
curl -sf "$SANDBOX/index/index/$(jq -r .guid upload)" | jq -r .file_name | expect_same <(echo 'a "b".bam') -
auth upload-url-of "$(jq -r .guid upload)" b.bam | jq -r .url | grep -q 'b.bam?X-Signature'
auth upload-url -d '{"authz":["/p"]}' c.bam | jq -e .guid >/dev/null
expect_status 2 auth upload-url -d 'x' c.bam
auth delete-file "$(jq -r .guid upload)" >/dev/null
expect_status 1 auth delete-file "$(jq -r .guid upload)"
expect_status 4 g3-auth -e "$SANDBOX" upload-url c.bam
expect_status 2 g3-auth --index-url "$SANDBOX/index" --credentials key.json check
expect_text err 'which commons'

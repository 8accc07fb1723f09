# The embedded metadata service beyond the recorded exchanges: pages, batches, both of its paths, logins.
. "$E2E/lib.sh"

start_sandbox --collation locale
mds=$SANDBOX/mds/metadata admin=$SANDBOX/mds-admin/metadata
post() { curl -sf -u admin:secret -H 'Content-Type: application/json' -d "$2" "$1"; }

# A batch of a thousand; pages by offset give each record once.
seq -f '%05.0f' 1000 | jq -Rcn '[inputs | {guid: ("dg.TEST/" + .), data: {n: tonumber, s: {half: (tonumber % 2)}}}]' >batch
post "$admin" @batch | jq -c '[.[] | length]' | expect_same <(echo '[1000,0,0,0]') -
for offset in 0 300 600 900; do curl -sf "$mds?limit=300&offset=$offset"; done | jq -r '.[]' | sort -u | wc -l |
  expect_same <(echo 1000) -
curl -sf "$mds?limit=2000&data=true&s.half=1" | jq -c '[length, ([.[].n % 2] | unique)]' | expect_same <(echo '[500,[1]]') -

# Both paths lead to the same documents; a GUID may be percent-encoded.
post "$mds/dg.TEST%2Fx" '{"bb": 1, "a": {"d": true}}' >out
curl -sf "$SANDBOX/mds-admin/metadata/dg.TEST/x" | expect_same <(printf '{"a":{"d":true},"bb":1}') -

# Nobody writes without a login, be it a batch or a single document.
for path in "$admin" "$admin/dg.TEST/x"; do
  curl -s -o out -w '%{http_code}\n' -H 'Content-Type: application/json' -d '[]' "$path" | expect_same <(echo 403) -
done
expect_same <(printf '{"detail":"Forbidden"}') out
curl -sf "$mds/dg.TEST/x" >out

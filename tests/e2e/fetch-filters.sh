# Filters that the service applies.
. "$E2E/lib.sh"

make_manifest 6000 dg.TEST/ other/ >manifest.csv
start_sandbox --load manifest.csv

expect_count() { # N OPTION...
  local want=$1
  shift
  g3-fetch-index -e "$SANDBOX" -q "$@" -o index.csv
  [ "$(tail -n +2 index.csv | cut -d, -f1 | LC_ALL=C sort -u | wc -l)" = "$want" ] || fail "$*: not $want records"
  [ "$(tail -n +2 index.csv | wc -l)" = "$want" ] || fail "$*: records came twice"
}

md5=$(sed -n 2p manifest.csv | cut -d, -f5)
expect_count "$(grep -c 'phs003 ' manifest.csv)" --acl phs003
expect_count "$(grep -c 'p1,phs003 ' manifest.csv)" --acl phs003 --authz /programs/p1
expect_count 6000 --acl '*'
expect_count 1 --hash "md5:$md5"
expect_count 1 --file-name NWD000007.cram
expect_count 1 --size 1007
expect_count 1 --url 's3://bucket/000007.cram'
expect_count 0 --url 's3://bucket/nothing'
expect_count 5999 --negate-params '{"file_name": "NWD000007.cram"}'

# What the service refuses is told.
expect_status 5 g3-fetch-index -e "$SANDBOX" --hash md5:zz
expect_text err 'status 400'

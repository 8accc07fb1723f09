# An index fetched in shards that know nothing of each other: together each record once, whatever the order of the
# keys, the number of shards and their order in time; killed and resumed; while the index changes.
. "$E2E/lib.sh"

fetch() { g3-fetch-index -q -e "$SANDBOX" "$@"; }
# All shards of N, as one sorted list of what they fetched; a header each.
fetch_shards() { # N OPTION...
  local n=$1 k
  shift
  for k in $(seq "$n"); do fetch --shard "$k/$n" "$@" | tail -n +2; done | LC_ALL=C sort
}

make_manifest 6000 dg.TEST/ dg.4503/ - ark:/13030/x >manifest.csv
all_prefixes='--shard-prefix dg.TEST/ --shard-prefix dg.4503/ --shard-prefix= --shard-prefix ark:/13030/x'
for collation in bytes locale; do
  start_sandbox --load manifest.csv --collation $collation
  fetch --sort -o all.csv
  tail -n +2 all.csv | LC_ALL=C sort >expected
  for n in 1 2 5 30; do fetch_shards $n | expect_same expected -; done
  fetch_shards 6 $all_prefixes --batch 100 -j 3 | expect_same expected -
  # Even parts, where boundaries are among all the GUIDs that there are.
  fetch --shard 2/4 $all_prefixes | wc -l >count
  [ "$(cat count)" -gt 1200 ] && [ "$(cat count)" -lt 1800 ] || fail "a quarter of 6000 is not $(cat count)"
  # Filters, sorting, counting from 0.
  fetch --authz /programs/p3 -o filtered.csv
  fetch_shards 3 --authz /programs/p3 | expect_same <(tail -n +2 filtered.csv | LC_ALL=C sort) -
  fetch --shard 2/3 --sort | tail -n +2 | cut -d, -f1 | LC_ALL=C sort -c
  fetch --shard 0/3 --sort | expect_same <(fetch --shard 3/3 --sort) -
done

# More shards than records; none at all.
head -n 6 manifest.csv >few.csv
start_sandbox --load few.csv
fetch_shards 20 | wc -l | expect_same <(echo 5) -
head -n 1 manifest.csv >none.csv
start_sandbox --load none.csv
fetch_shards 3 | expect_same /dev/null -
fetch --shard 2/3 | expect_same none.csv -

# What can't be.
expect_status 2 fetch --shard 4/3
expect_text err 'K from 1 to N'
expect_status 2 fetch --shard 1/1001
expect_text err '1000 shards at most'
expect_status 2 fetch --shard 1/3 --guids few.csv
expect_text err 'g3-parse'
expect_status 2 fetch --shard-prefix dg.4503/
expect_text err 'needs --shard'

# Each shard has its journal: killed again and again, it goes on; another shard's is refused.
stop_sandboxes
make_manifest 9000 dg.TEST/ >manifest.csv
start_sandbox --load manifest.csv --collation locale --latency 30ms --log access.log
for k in 1 2 3; do
  for requests in 30 120; do # while it looks for boundaries; while it reads
    before=$(wc -l <access.log)
    g3-fetch-index -e "$SANDBOX" -j 2 --batch 20 --shard $k/3 --resume $k.journal -o $k.csv 2>>err &
    wait_for_lines access.log $((before + requests)) $!
    kill -KILL $! 2>/dev/null || true
    wait $! 2>/dev/null || true
  done
  [ ! -e $k.csv ] || fail 'it was not killed in time'
  g3-fetch-index -e "$SANDBOX" -j 2 --batch 20 --shard $k/3 --resume $k.journal -o $k.csv 2>>err
done
grep 'going on after' err | grep -qv 'after 0 records' || { cat err; fail 'nothing was taken up'; }
tail -q -n +2 [123].csv | LC_ALL=C sort | expect_same <(fetch | tail -n +2 | LC_ALL=C sort) -
expect_status 2 fetch --batch 20 --shard 2/3 --resume 1.journal -o 1.csv
expect_text err 'another run'
expect_status 2 fetch --batch 20 --shard 1/4 --resume 1.journal -o 1.csv
expect_text err 'another run'

# Records come and go between the shards and while they read, most of all where one ends and the next begins: those
# that stay come once.
stop_sandboxes
make_manifest 3000 dg.TEST/ - >manifest.csv
start_sandbox --load manifest.csv --collation locale --latency 5ms
tail -n +2 manifest.csv | cut -d, -f1 | grep -E '^(dg.TEST/)?(7f|80)' >doomed
{ echo guid,md5,size,urls
  for i in $(seq 400); do printf 'dg.TEST/%02x%06x-0000-4000-8000-000000000000,%032x,1,s3://b/new\n' $((0x7f + i % 2)) $((i * 40503)) $i; done; } >new.csv
write_login
ingest() { g3-ingest -q -e "$SANDBOX" --basic-auth-file login -j 1 "$@" >/dev/null; }
fetch --shard 2/2 --batch 50 -j 2 -o 2.csv &
reading=$!
ingest new.csv
wait $reading
{ echo guid; head -n 20 doomed; } >gone.csv
ingest --delete gone.csv
fetch --shard 1/2 --batch 50 -j 2 -o 1.csv &
reading=$!
{ echo guid; tail -n +21 doomed; } >gone.csv
ingest --delete gone.csv
wait $reading
tail -q -n +2 [12].csv | cut -d, -f1 | LC_ALL=C sort >fetched
tail -n +2 manifest.csv | cut -d, -f1 | grep -vxFf doomed | LC_ALL=C sort >staying
uniq -d fetched | grep -xFf staying >twice || true
[ ! -s twice ] || { head twice; fail 'came twice'; }
LC_ALL=C comm -23 staying fetched >missing
[ ! -s missing ] || { head missing; fail 'missing'; }

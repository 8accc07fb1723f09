# g3-verify chooses between lookups and a sweep by what it measures and by how many rows there are; what it finds is
# the same. The service is made slow, so that the choice matters: at most 2,000 rows a second by lists of 10 ids.
. "$E2E/lib.sh"

make_manifest 6000 dg.TEST/ dg.4503/ - >index.csv
sed '2~500s/,phs/,x phs/' index.csv >spoilt.csv
start_sandbox --load index.csv --collation locale
expect_status 1 g3-verify -e "$SANDBOX" spoilt.csv
mv out wanted
[ "$(wc -l <wanted)" = 12 ] || fail "12 differences wanted"
start_sandbox --load index.csv --collation locale --latency 5ms

verify() { expect_status 1 g3-verify -e "$SANDBOX" -j 1 --batch 10 "$@"; }
swept() { grep -q ' records swept' err; }

# All rows of the index in a file: a sweep, after a sample of lookups.
verify spoilt.csv
expect_same out wanted
expect_text err "sweeping over the index: about "
expect_text err "6000 rows: 5988 matched, 12 differ"
swept || fail "no sweep"

# The same from a pipe, where the number of rows shows only by reading on.
cat spoilt.csv | verify --from csv
expect_same out wanted
expect_text err "reading rows ahead"
swept || fail "no sweep"

# Less than half of them: lookups, whether their number is known or not.
head -3000 spoilt.csv >some.csv
head -6 wanted >wanted-of-some
verify some.csv
expect_same out wanted-of-some
swept && fail "a sweep"
cat some.csv | verify --from csv
expect_same out wanted-of-some
swept && fail "a sweep"

# Rows that can't be held until their number is known are looked up.
cat spoilt.csv | verify --from csv --memory 256k
expect_same out wanted
swept && fail "a sweep"

# No more than the sample: nothing to choose.
head -100 spoilt.csv | verify --from csv
swept && fail "a sweep"
expect_text err "99 rows: 98 matched"

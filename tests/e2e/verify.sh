# g3-verify finds what was spoilt in a manifest, the same and in the same order by all ways of looking up, whatever
# the order of the service's keys, and whether rows fit in memory or not.
. "$E2E/lib.sh"

rows=$((100000 / ${G3_TEST_DIVISOR:-1} / 100 * 100))
if [ "$(head -c 2 "$BIN/g3-verify")" = '#!' ]; then rows=2000; fi # under valgrind
kind=$((rows / 100)) # rows of each kind of fault below

make_manifest "$rows" dg.TEST/ dg.4503/ - ark:/13030/x >index.csv
start_sandbox --load index.csv --collation locale

# A manifest that agrees, its lists in another order.
awk -F, -v OFS=, 'NR > 1 { if (split($2, url, " ") == 2) $2 = url[2] " " url[1]
                           if (split($4, acl, " ") == 2) $4 = acl[2] " " acl[1] } 1' index.csv >same.csv
expect_status 0 g3-verify -e "$SANDBOX" same.csv
[ ! -s out ] || fail "differences where there are none"
expect_text err "$rows rows: $rows matched, 0 differ, 0 missing, 0 rejected"

# One that was spoilt: each kind of difference in its turn, with what must be reported.
awk -F, -v OFS=, 'function report(field, expected, actual) {
                    printf "{\"guid\":\"%s\",\"field\":\"%s\",\"expected\":%s,\"actual\":%s}\n",
                           $1, field, expected, actual >"wanted" }
                  function text(value) { return "\"" value "\"" }
                  NR == 1 { print; next }
                  NR % 100 == 1 { report("md5", text("0b"), text($5)); $5 = "0b" }
                  NR % 100 == 2 { report("md5", "null", text($5)); $5 = "" }
                  NR % 100 == 3 { report("file_size", $6 + 1, $6); $6 = $6 + 1 }
                  NR % 100 == 4 { report("file_name", text("x"), text($7)); $7 = "x" }
                  NR % 100 == 5 { report("authz", "[\"/a\",\"/b\"]", "[\"" $3 "\"]"); $3 = "/b /a" }
                  NR % 100 == 6 { n = split($4, acl, " "); report("acl", "[]", "[\"*\",\"" acl[1] "\"]"); $4 = "" }
                  NR % 100 == 7 { report("file_size", 1, $6); report("file_name", text("y"), text($7)); $6 = 1; $7 = "y" }
                  NR % 100 == 8 { $1 = "dg.TEST/00000000-0000-4000-8000-" sprintf("%012d", NR); print >"absent.csv" }
                  { print }' index.csv >spoilt.csv
{ head -1 index.csv; cat absent.csv; } | g3-parse --from csv -q | while read -r row; do
  guid=${row#\{\"guid\":\"}
  printf '{"guid":"%s","field":"no_record","expected":%s,"actual":null}\n' "${guid%%\"*}" "$row"
done >>wanted
# In the order of the rows: by the line of the GUID in the manifest.
awk -F, 'NR == FNR { line[$1] = NR; next }
         { guid = $0; sub(/^{"guid":"/, "", guid); sub(/".*/, "", guid); printf "%d\t%s\n", line[guid], $0 }' \
  FS=, spoilt.csv wanted | sort -s -n -k 1,1 | cut -f 2- >ordered

verify() { expect_status 1 g3-verify -e "$SANDBOX" "$@" spoilt.csv; }
for way in auto sweep ids bulk single; do
  verify --lookup "$way"
  expect_same out ordered
  expect_text err "$rows rows: $((92 * kind)) matched, $((7 * kind)) differ (authz $kind, acl $kind, md5 $((2 * kind)), file_size $((2 * kind)), file_name $((2 * kind))), $kind missing, 0 rejected"
done

# Rows that do not fit in memory are joined on disk.
for memory in 64k 1M; do
  verify --lookup sweep --memory "$memory"
  expect_same out ordered
done

# Batches of other sizes, fewer and more connections, no order.
verify --lookup ids --batch 7 -j 1
expect_same out ordered
verify --lookup bulk --batch 3000 -j 32
expect_same out ordered
for way in ids sweep; do
  verify --lookup "$way" --unordered
  sort out >sorted
  sort ordered | expect_same sorted /dev/stdin
done

# From a pipe, packed, and as a record stream.
zstd -q spoilt.csv
expect_status 1 g3-verify -e "$SANDBOX" spoilt.csv.zst
expect_same out ordered
g3-parse spoilt.csv | expect_status 1 g3-verify -e "$SANDBOX" -
expect_same out ordered

# Several manifests are read in a row.
expect_status 1 g3-verify -e "$SANDBOX" same.csv spoilt.csv --lookup sweep
expect_same out ordered
expect_text err "$((2 * rows)) rows: $((192 * kind)) matched"

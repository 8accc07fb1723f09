# g3-diff on random manifests, against a model in jq: the same whether in memory or on disk, and undone by swapping the sides.
. "$E2E/lib.sh"

make_side() { # SEED: few guids and values, so that rows repeat and agree often
  awk -v seed="$1" 'BEGIN { srand(seed); print "guid,urls,md5,size"
    for (i = 0; i < 400; i++) {
      printf "g%d,", rand() * 300
      n = int(rand() * 3); for (k = 0; k < n; k++) printf "%ss://b/%d", k ? " " : "", rand() * 3
      printf ",%s,%d\n", rand() < 0.1 ? "" : int(rand() * 2), rand() * 2 } }'
}

# Rows of one key in two lists: those that are alike go; the rest is compared in its order.
model() { # OLD NEW KEY
  jq -n -c --slurpfile old <(g3-parse "$1") --slurpfile new <(g3-parse "$2") --arg key "$3" '
    def alike(a; b): ((a | .urls |= sort) == (b | .urls |= sort));
    def drop_alike(o; n):
      reduce o[] as $row ({o: [], n: n};
        ([range(0; .n | length) as $j | select(alike(.n[$j]; $row)) | $j] | first) as $found |
        if $found == null then .o += [$row] else .n |= (.[:$found] + .[$found + 1:]) end);
    def by_key(rows): reduce (rows[] | select((.[$key] // "") != "")) as $row ({}; .[$row[$key]] += [$row]);
    by_key($old) as $olds | by_key($new) as $news |
    (($olds + $news) | keys_unsorted | unique | .[]) as $k |
    drop_alike($olds[$k] // []; $news[$k] // []) as {o: $o, n: $n} |
    range(0; [$o, $n | length] | max) as $i |
    if $i >= ($n | length) then {key: $k, change: "removed", field: null, old: $o[$i], new: null}
    elif $i >= ($o | length) then {key: $k, change: "added", field: null, old: null, new: $n[$i]}
    else ("guid", "urls", "md5", "file_size") as $f | select($f != $key) |
      select(($o[$i][$f] | if type == "array" then sort else . end) != ($n[$i][$f] | if type == "array" then sort else . end)) |
      {key: $k, change: "changed", field: $f, old: $o[$i][$f], new: $n[$i][$f]} end'
}

for seed in 1 2 3; do
  make_side $seed >old.csv
  make_side $((seed + 100)) >new.csv
  for key in guid md5; do
    g3-diff -q --by $key old.csv new.csv >got || [ $? = 1 ]
    model old.csv new.csv $key >expected
    jq -c --arg key $key '{key: .[$key], change, field, old, new}' got | expect_same expected -
    g3-diff -q --by $key --memory 1 old.csv new.csv >spilled || [ $? = 1 ]
    expect_same got spilled
  done
done
[ "$(wc -l <expected)" -gt 20 ]

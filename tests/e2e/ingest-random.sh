# Random manifests, whose rows often mean the same records: each action, and the index at the end, are those of
# a model that takes the rows one by one; a plan tells the same actions; undone, all is as before.
. "$E2E/lib.sh"

write_login
rows=$((1500 / ${G3_TEST_DIVISOR:-1} + 20))

# Rows of few GUIDs (with and without the prefix), md5s, urls and lists, some cells empty.
make_rows() { # SEED ROWS
  awk -v seed="$1" -v rows="$2" -v guids=$((rows / 4 + 5)) '
    function any(n) { return int(rand() * n) }
    function pick(list, n, most,   i, s) { s = ""; for (i = any(most + 1); i > 0; i--) s = s (s == "" ? "" : " ") list any(n); return s }
    BEGIN { srand(seed); print "guid,md5,size,urls,acl,authz,file_name"
      for (i = 0; i < rows; i++) {
        g = any(guids); wrong = any(12) == 0
        printf "%s%08x-0000-4000-8000-000000000000,%032x,%d,%s,%s,%s,%s\n", any(4) ? "dg.TEST/" : "", g, wrong ? 99999 : g, any(20) ? g : g + 1,
          "s3://b/" any(4) (any(2) ? " s3://b/" any(4) : ""), pick("a", 3, 2), pick("/p", 2, 1), any(3) ? "" : "f" any(2)
      } }'
}

# The model: {state: {guid: record}, actions: [...]} of a state and rows.
cat >model.jq <<'JQ'
def lists($row; $field): $row[$field] // [] | unique;
reduce inputs as $row ({state: $old, actions: []};
  ($row.guid | ltrimstr("dg.TEST/")) as $guid | .state[$guid] as $had
  | if $had == null then
      .state[$guid] = {md5: $row.md5, size: $row.file_size, urls: lists($row; "urls"), acl: lists($row; "acl"), authz: lists($row; "authz"),
        file_name: ($row.file_name // "")} | .actions += ["created"]
    elif $had.md5 != $row.md5 or $had.size != $row.file_size then .actions += ["conflict"]
    else
      .state[$guid].urls = (if $replace then lists($row; "urls") else $had.urls + lists($row; "urls") | unique end)
      | .state[$guid].acl = (lists($row; "acl") | if . == [] then $had.acl else . end)
      | .state[$guid].authz = (lists($row; "authz") | if . == [] then $had.authz else . end)
      | .state[$guid].file_name = ($row.file_name // "" | if . == "" then $had.file_name else . end)
      | .actions += [if .state[$guid] == $had then "unchanged" else "updated" end]
    end)
JQ
state() { # of the service, as the model has it
  g3-fetch-index -q -e "$SANDBOX" --to ndjson | jq -S -s 'map({key: (.guid | ltrimstr("dg.TEST/")), value: {md5, size: .file_size,
    urls: (.urls | unique), acl: (.acl // [] | unique), authz: (.authz // [] | unique), file_name: (.file_name // "")}}) | from_entries'
}
model() { # REPLACE FILE: the rows of the file on the state in `before`
  g3-parse -q "$2" | jq -nS --argjson replace "$1" --slurpfile before before '$before[0] as $old | '"$(cat model.jq)"
}

for seed in 1 2; do
  make_rows $((seed * 10)) $rows |
    awk -F, -v most=$((rows / 6 + 2)) '{ g = $1; sub("dg.TEST/", "", g); if (!(g in seen) && n++ <= most) print; seen[g] }' >old.csv
  make_rows $((seed * 10 + 1)) $rows >rows.csv
  start_sandbox --load old.csv
  state >before
  replace=$([ $seed = 2 ] && echo true || echo false)
  service="-q -e $SANDBOX --basic-auth-file login"
  ingest="g3-ingest $service $([ $replace = false ] || echo --replace-urls)"
  model $replace rows.csv >modelled
  # A plan is decided by what is there now: it tells what the first row of each GUID comes to.
  $ingest --plan rows.csv >plan || true
  state | expect_same before -
  $ingest --journal journal$seed rows.csv >out || [ $? = 1 ]
  jq -r '.actions[]' modelled | expect_same - <(jq -r .action out)
  state | expect_same <(jq -S .state modelled) -
  for name in plan out; do jq -r '[(.guid | ltrimstr("dg.TEST/")), .action] | @tsv' $name |
    awk -F'\t' '!($1 in seen) { seen[$1]; print }' >first.$name; done
  expect_same first.out first.plan
  jq -r '.actions[]' modelled | sort | uniq -c >kinds
  [ "$(wc -l <kinds)" = 4 ] || fail 'not all actions came about'
  g3-ingest $service --undo journal$seed >undone
  state | expect_same before -
done

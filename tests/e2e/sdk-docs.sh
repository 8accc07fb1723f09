# Each block of docs/coming-from-the-sdk.md, in order and in one folder, against a commons of the documents' own.
. "$E2E/lib.sh"

{ echo guid,urls,acl,md5,file_size,file_name
  i=0
  for name in NWD1.cram NWD1.cram.crai NWD12.cram other.bam; do
    i=$((i + 1)); printf '%s,s3://bucket/%s,*,%032d,%d,%s\n' "$(guid $i)" $name $i $i $name; done; } >have.csv
mkdir home home/.gen3 work
start_sandbox --load have.csv --api-key-file home/.gen3/credentials.json
export GEN3_ENDPOINT=$SANDBOX HOME=$PWD/home
cd work

# Runs one case: its output, and its status if that is not 0.
check() { # COMMAND EXPECTED
  local status=0
  bash -c "$1" >../actual 2>../messages || status=$?
  [ $status = 0 ] || echo "? $status" >>../actual
  printf '%s' "$2" >../expected
  diff -u ../expected ../actual >&2 || { echo "$1" >&2; cat ../messages >&2; fail 'the document says otherwise'; }
}

cases=0 command='' expected=''
end_case() {
  [ -z "$command" ] || { check "$command" "$expected"; cases=$((cases + 1)); }
  command='' expected=''
}
while IFS= read -r line; do
  case $line in
    '$ '*) end_case; command=${line#\$ } ;;
    '> '*) command+=$'\n'${line#> } ;;
    '') end_case ;;
    *) expected+=$line$'\n' ;;
  esac
done < <(awk '/^```console/ { on = 1; next } /^```/ { if (on) print ""; on = 0 } on' "$TOP/docs/coming-from-the-sdk.md")
[ $cases -ge 20 ] || fail "only $cases cases"

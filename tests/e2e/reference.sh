# The reference of libg3: nothing public is without a description, and every function is in it.
. "$E2E/lib.sh"
command -v doxygen >/dev/null || { echo 'there is no doxygen: not tested here'; exit 0; }

"$TOP/scripts/make-reference" reference
[ -f reference/html/index.html ]
grep -oE '<name>g3_[a-z0-9_]+</name>' reference/libg3.tag | sed 's/<[^>]*>//g' | sort -u >described
sed 's,/\*.*\*/,,; /\/\*/,/\*\//d' $(find "$TOP/lib/include" -name '*.h') | # without comments
  sed -nE '/^(typedef|#)/d; s/^[a-z].*\b(g3_[a-z0-9_]+)\(.*/\1/p' | sort -u >declared
[ "$(wc -l <declared)" -gt 250 ]
comm -23 declared described | expect_same /dev/null -
for example in "$TOP"/examples/*.c; do
  name=$(basename "$example" .c)
  [ -f "reference/html/${name}_8c-example.html" ] || fail "examples/$name.c is not in the reference"
  grep -q "href=\"${name}_8c-example.html\"" reference/html/index.html || fail "the front page does not lead to examples/$name.c"
done

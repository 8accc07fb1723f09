# make install: tools run from where they were put; plugins in C and C++, and programs with the library, are built
# with what was installed, in a folder that has nothing else.
. "$E2E/lib.sh"

prefix=$PWD/prefix build=${BIN%/bin}
run_make() { env -u MAKEFLAGS -u MAKELEVEL make -s -C "$TOP" PREFIX="$prefix" "$@"; }
if [ -f "$build/libg3.a" ]; then
  run_make BUILD="$build" -o all -o "$build/libg3.a" install # -o: what is built, not built anew
  ls "$prefix/bin" | expect_same - <(ls "$prefix/share/man/man1" | sed 's/.1$//' | sort)
  ls "$prefix/bin" | expect_same - <(ls "$prefix/share/bash-completion/completions")
  export PATH=$prefix/bin:$PATH
else # wrappers that run valgrind are nothing to install
  run_make install-headers
fi

# PKG_CONFIG_LIBDIR: g3.pc is found and needs no other package's.
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig PKG_CONFIG_LIBDIR=/nonexistent
pkg-config --cflags g3 | tr -d ' ' | expect_same <(echo "-I$prefix/include") -
mkdir elsewhere && cd elsewhere
cp "$TOP/tests/plugin/sdk.c" "$TOP/tests/plugin/units.cc" .

cc -shared -fPIC -o sdk.so sdk.c $(pkg-config --cflags g3)
printf 'object,bytes,locations,state\na,"1,234",s3://b/x;gs://c/z,\nb,7,,deleted\n' |
  g3-parse --plugin sdk.so --plugin-settings dg.4503/ |
  expect_same <(echo '{"guid":"dg.4503/a","urls":["s3://b/x","gs://c/z"],"file_size":1234}') -

c++ -shared -fPIC -Wall -Wextra -pedantic -Werror -o units.so units.cc $(pkg-config --cflags g3)
printf 'guid,amount\na,12 kB\nb,7\nc,3 GB\n' >amounts.csv
expect_status 1 g3-parse -q --plugin units.so --reject rejects amounts.csv
expect_same <(printf '{"guid":"a","file_size":12000}\n{"guid":"c","file_size":3000000000}\n') out
jq -r .reason rejects | expect_same <(echo 'file_size has no unit that is known here') -

# The whole library, with all that stands behind it; a sanitizer's would want its own runtime.
if [ -f "$prefix/lib/libg3.a" ] && ! nm "$prefix/lib/libg3.a" | grep -E '__(a|t)san_' >/dev/null; then
  cat >program.c <<'END'
#include <g3/base/buffer.h>
#include <stdio.h>
int main(void)
{
    g3_buffer text = {0};
    g3_buffer_append_text(&text, "linked");
    puts(g3_buffer_text(&text));
    g3_buffer_free(&text);
}
END
  cc -o program program.c -Wl,--whole-archive $(pkg-config --cflags --libs g3) -Wl,--no-whole-archive
  ./program | expect_same <(echo linked) -
fi

run_make uninstall
find "$prefix" -type f | expect_same /dev/null -

# The check of the storeys passes on the tree and finds a violation planted in a copy.
. "$E2E/lib.sh"
"$TOP/tests/check-storeys" "$TOP"
mkdir -p copy && cp -r "$TOP/lib" copy/
echo '#include "g3/run/journal.h"' >>copy/lib/base/view.c
expect_status 1 "$TOP/tests/check-storeys" copy
expect_text out 'storey base includes g3/run/journal.h'

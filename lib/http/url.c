/* Percent-encoding of text that goes into a URL. Called by whoever builds a request's URL. */
#include "g3/http/engine.h"

/* The characters that never need encoding (RFC 3986, 2.3). */
static bool is_unreserved(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

void g3_url_append_encoded(g3_buffer *url, g3_view text, const char *keep)
{
    static const char HEX[] = "0123456789ABCDEF";
    const size_t longest = 3; /* "%XX" for each byte, at worst */
    char *out = g3_buffer_reserve(url, text.length * longest + 1);
    size_t length = 0;
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];
        /* strchr would find the NUL that ends `keep`, and a NUL must be encoded. */
        if (is_unreserved(c) || (c && keep && strchr(keep, c))) {
            out[length++] = (char)c;
        } else {
            out[length++] = '%';
            out[length++] = HEX[c >> 4];
            out[length++] = HEX[c & 15];
        }
    }
    url->length += length;
}

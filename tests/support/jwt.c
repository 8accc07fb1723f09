/* Tokens and login files for tests; see the header. */
#include "jwt.h"
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void append_base64url(g3_buffer *text, const char *plain)
{
    size_t length = strlen(plain), begun = text->length;
    char *out = g3_buffer_reserve(text, length / 3 * 4 + 8);
    int written = EVP_EncodeBlock((unsigned char *)out, (const unsigned char *)plain, (int)length);
    text->length += (size_t)written;
    while (text->data[text->length - 1] == '=')
        text->length--;
    for (size_t i = begun; i < text->length; i++)
        if (text->data[i] == '+')
            text->data[i] = '-';
        else if (text->data[i] == '/')
            text->data[i] = '_';
}

void append_jwt(g3_buffer *text, const char *claims)
{
    append_base64url(text, "{\"alg\":\"RS256\",\"typ\":\"JWT\"}");
    g3_buffer_append_char(text, '.');
    append_base64url(text, claims);
    g3_buffer_append_text(text, ".signature");
}

char *write_secret(const char *folder, const char *name, const char *text)
{
    g3_buffer path = {0};
    g3_buffer_append_format(&path, "%s/%s", folder, name);
    int file = open(g3_buffer_text(&path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0 || write(file, text, strlen(text)) != (ssize_t)strlen(text))
        abort();
    close(file);
    return path.data;
}

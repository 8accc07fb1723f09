/* HTTP status codes that the tools tell apart (RFC 9110, 15; 429: RFC 6585). */
#ifndef G3_HTTP_STATUS_H
#define G3_HTTP_STATUS_H

#include "g3/base/abi.h"
#include <stdbool.h>

G3_BEGIN_C

enum {
    G3_HTTP_OK = 200,
    G3_HTTP_PARTIAL_CONTENT = 206,
    G3_HTTP_MULTIPLE_CHOICES = 300, /* the first that is no success */
    G3_HTTP_MOVED = 301,
    G3_HTTP_FOUND = 302,
    G3_HTTP_SEE_OTHER = 303,
    G3_HTTP_TEMPORARY_REDIRECT = 307,
    G3_HTTP_PERMANENT_REDIRECT = 308,
    G3_HTTP_BAD_REQUEST = 400,
    G3_HTTP_UNAUTHORISED = 401,
    G3_HTTP_FORBIDDEN = 403,
    G3_HTTP_NOT_FOUND = 404,
    G3_HTTP_METHOD_NOT_ALLOWED = 405,
    G3_HTTP_REQUEST_TIMEOUT = 408,
    G3_HTTP_CONFLICT = 409,
    G3_HTTP_LENGTH_REQUIRED = 411,
    G3_HTTP_CONTENT_TOO_LARGE = 413,
    G3_HTTP_URI_TOO_LONG = 414,
    G3_HTTP_UNSUPPORTED_TYPE = 415,
    G3_HTTP_RANGE_NOT_SATISFIABLE = 416,
    G3_HTTP_TOO_MANY_REQUESTS = 429,
    G3_HTTP_SERVER_ERROR = 500,
    G3_HTTP_NOT_IMPLEMENTED = 501,
    G3_HTTP_BAD_GATEWAY = 502,
    G3_HTTP_UNAVAILABLE = 503,
    G3_HTTP_GATEWAY_TIMEOUT = 504,
    G3_HTTP_VERSION_NOT_SUPPORTED = 505,
};

/* True if the service has done what it was asked for (2xx). */
static inline bool g3_http_is_success(long status)
{
    return status >= G3_HTTP_OK && status < G3_HTTP_MULTIPLE_CHOICES;
}

G3_END_C

#endif

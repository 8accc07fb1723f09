/* Whether a record is fit for the index service. */
#include "g3/record/check.h"
#include <stdlib.h>

#define MD5_DIGITS 32
#define MD5_BASE64 24

static const char NO_LIST[] = "is not a list of strings";

/* Faults gathered so far. */
typedef struct fault_list {
    g3_fault *faults;
    size_t count;
} fault_list;

static void add_fault(fault_list *list, g3_object_field field, g3_view value, const char *reason)
{
    if (list->count < G3_FAULT_LIMIT)
        list->faults[list->count] = (g3_fault){field, value, reason};
    list->count++;
}

bool g3_ends_in_uuid(g3_view text)
{
    if (text.length < G3_UUID_LENGTH)
        return false;
    const char *uuid = text.data + text.length - G3_UUID_LENGTH;
    for (size_t i = 0; i < G3_UUID_LENGTH; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? uuid[i] != '-' : g3_hex_digit(uuid[i]) < 0)
            return false;
    }
    return true;
}

static void check_guid(fault_list *list, const g3_value *guid)
{
    if (guid->type == G3_STRING && !g3_ends_in_uuid(guid->text))
        add_fault(list, G3_GUID, guid->text, "does not end in a UUID");
}

/* True for the base64 of 16 bytes: 22 digits, and two that fill up. */
static bool is_base64_md5(g3_view text)
{
    if (text.length != MD5_BASE64 || !g3_view_ends_with(text, G3_VIEW("==")))
        return false;
    for (size_t i = 0; i < text.length - 2; i++) {
        char c = text.data[i];
        if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
              c == '+' || c == '/'))
            return false;
    }
    return true;
}

static void check_md5(fault_list *list, const g3_value *md5, g3_md5_form form)
{
    static const char *const EXPECTED[] = {
        [G3_MD5_HEX] = "is not 32 hexadecimal digits",
        [G3_MD5_BASE64] = "is not the base64 of 16 bytes",
        [G3_MD5_EITHER] = "is neither 32 hexadecimal digits nor the base64 of 16 bytes"};
    bool lower = true, hex = true;
    if (md5->type != G3_STRING) {
        add_fault(list, G3_MD5, (g3_view){0},
                  md5->type == G3_NULL ? "is empty, but required" : "is not a string");
        return;
    }
    for (size_t i = 0; i < md5->text.length; i++) {
        char c = md5->text.data[i];
        lower = lower && !(c >= 'A' && c <= 'F');
        hex = hex && g3_hex_digit(c) >= 0;
    }
    hex = hex && md5->text.length == MD5_DIGITS;
    if (!(hex && form != G3_MD5_BASE64) && !(form != G3_MD5_HEX && is_base64_md5(md5->text)))
        add_fault(list, G3_MD5, md5->text, EXPECTED[form]);
    else if (hex && !lower)
        add_fault(list, G3_MD5, md5->text,
                  "has upper-case digits; the index service takes lower case only");
}

static bool has_scheme(g3_view url)
{
    for (size_t i = 0; i + 3 < url.length; i++)
        if (memcmp(url.data + i, "://", 3) == 0)
            return i > 0;
    return false;
}

/* Sorts a copy, for a cell may hold a great many. */
static void check_repeated_urls(fault_list *list, const g3_value *urls)
{
    g3_value sorted = *urls;
    sorted.list.items = g3_allocate_zeroed(urls->list.count, sizeof *sorted.list.items);
    memcpy(sorted.list.items, urls->list.items, urls->list.count * sizeof *sorted.list.items);
    g3_value_sort_items(&sorted);
    for (size_t i = 1; i < sorted.list.count; i++)
        if (g3_view_equal(sorted.list.items[i - 1], sorted.list.items[i]))
            add_fault(list, G3_URLS, sorted.list.items[i],
                      "is listed twice; the index service refuses that");
    free(sorted.list.items);
}

/* True if the URL's scheme is one of those allowed; case does not matter (RFC 3986, 3.1). */
static bool is_allowed(g3_view url, const g3_check_rules *rules)
{
    for (size_t i = 0; i < rules->scheme_count; i++) {
        g3_view scheme = g3_view_of(rules->schemes[i]);
        if (url.length > scheme.length && url.data[scheme.length] == ':' &&
            g3_view_equal_ignoring_case((g3_view){url.data, scheme.length}, scheme))
            return true;
    }
    return rules->scheme_count == 0;
}

static void check_urls(fault_list *list, const g3_value *urls, const g3_check_rules *rules)
{
    if (urls->type != G3_LIST || urls->list.count == 0) {
        bool nothing = urls->type == G3_LIST || urls->type == G3_NULL;
        add_fault(list, G3_URLS, (g3_view){0}, nothing ? "is empty, but required" : NO_LIST);
        return;
    }
    for (size_t i = 0; i < urls->list.count; i++)
        if (!has_scheme(urls->list.items[i]))
            add_fault(list, G3_URLS, urls->list.items[i],
                      "is not a URL with a scheme, such as s3://bucket/key");
        else if (!is_allowed(urls->list.items[i], rules))
            add_fault(list, G3_URLS, urls->list.items[i], "has a scheme that is not allowed");
    check_repeated_urls(list, urls);
}

static void check_authz(fault_list *list, const g3_value *authz)
{
    if (authz->type != G3_LIST) {
        if (authz->type != G3_NULL)
            add_fault(list, G3_AUTHZ, (g3_view){0}, NO_LIST);
        return;
    }
    for (size_t i = 0; i < authz->list.count; i++)
        if (!g3_view_starts_with(authz->list.items[i], G3_VIEW("/")))
            add_fault(list, G3_AUTHZ, authz->list.items[i],
                      "is not a resource path, which begins with /");
}

size_t g3_check_object(const g3_record *record, const g3_check_rules *rules,
                       g3_fault faults[G3_FAULT_LIMIT])
{
    static const g3_check_rules SERVICE = {0};
    static const g3_value ABSENT = {.type = G3_NULL};
    fault_list list = {faults, 0};
    rules = rules ? rules : &SERVICE;
    const g3_value *values[G3_OBJECT_FIELDS];
    for (size_t i = 0; i < G3_OBJECT_FIELDS; i++) {
        values[i] = g3_record_get(record, (g3_object_field)i);
        if (!values[i])
            values[i] = &ABSENT;
    }
    check_guid(&list, values[G3_GUID]);
    check_urls(&list, values[G3_URLS], rules);
    if (!rules->any_authz)
        check_authz(&list, values[G3_AUTHZ]);
    check_md5(&list, values[G3_MD5], rules->md5);
    if (values[G3_FILE_SIZE]->type != G3_INTEGER)
        add_fault(&list, G3_FILE_SIZE, (g3_view){0}, "is empty, but required");
    return list.count;
}

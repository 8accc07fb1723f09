/* Access tokens for API keys: POST /user/credentials/cdis/access_token (older) and
 * .../api/access_token; and GET /user/user. */
#include "user_service.h"
#include "commons.h"
#include "login.h"
#include "token_key.h"

/* Longest lifetime that may be asked for, seconds. */
#define LIFETIME_LIMIT 3600

static bool is_token_path(const struct exchange *exchange)
{
    token_paths served = (token_paths)exchange->commons->settings->token_paths;
    g3_view path = exchange->path;
    if (g3_view_ends_with(path, G3_VIEW("/")))
        path.length--;
    return (served != TOKEN_PATHS_API &&
            g3_view_equal(path, G3_VIEW("credentials/cdis/access_token"))) ||
           (served != TOKEN_PATHS_CDIS &&
            g3_view_equal(path, G3_VIEW("credentials/api/access_token")));
}

static void answer_token(struct exchange *exchange)
{
    int64_t lifetime = exchange->commons->settings->token_lifetime;
    if (!exchange_read_number(exchange, "expires_in", 1, INT64_MAX, &lifetime))
        return;
    if (target_get(&exchange->target, "expires_in") && lifetime > LIFETIME_LIMIT)
        lifetime = LIFETIME_LIMIT;
    g3_buffer *answer = exchange_begin_json(exchange, 200);
    g3_buffer_append_text(answer, "{\"access_token\":\"");
    if (token_issue(exchange->commons->key, PURPOSE_ACCESS, lifetime, answer))
        g3_buffer_append_text(answer, "\"}\n");
    else
        exchange_answer_error(exchange, 500, "tokens cannot be signed");
}

static void exchange_key(struct exchange *exchange)
{
    json_object *body, *key;
    if (!exchange_read_json(exchange, &body))
        return;
    if (json_object_object_get_ex(body, "api_key", &key) &&
        token_check(exchange->commons->key, g3_view_of(json_object_get_string(key)),
                    PURPOSE_API_KEY) == TOKEN_GOOD)
        answer_token(exchange);
    else
        exchange_answer_error(exchange, 401, "the API key is not valid");
    json_object_put(body);
}

/* True for who has a login; 401 is answered if not. */
static bool has_login(struct exchange *exchange)
{
    if (login_is_writer(exchange))
        return true;
    exchange_answer_error(exchange, 401, "Please log in");
    return false;
}

static void answer_user(struct exchange *exchange)
{
    g3_buffer_append_text(exchange_begin_json(exchange, 200),
                          "{\"username\":\"sandbox\",\"name\":\"sandbox\",\"is_admin\":true,"
                          "\"authz\":{}}\n");
}

void user_serve(struct exchange *exchange)
{
    static const g3_view DATA = {"data/", 5};
    g3_view path = exchange->path;
    bool user = g3_view_equal(path, G3_VIEW("user")), data = g3_view_starts_with(path, DATA);
    if (data || user) {
        if (!has_login(exchange))
            return;
        if (data)
            user_data(exchange, (g3_view){path.data + DATA.length, path.length - DATA.length});
        else if (exchange->verb == VERB_GET)
            answer_user(exchange);
        else
            exchange_answer_page(exchange, 405);
    } else if (!is_token_path(exchange)) {
        exchange_answer_error(exchange, 404, "not found");
    } else if (exchange->verb != VERB_POST) {
        exchange_answer_page(exchange, 405);
    } else {
        exchange_key(exchange);
    }
}

/* Plugins as hooks. Called by the manifest reader (hooked.c); what plugins are: g3/plugin.h. */
#include "g3/plugin.h"
#include "g3/base/buffer.h"
#include "g3/base/utf8.h"
#include "g3/record/json.h"
#include "g3/record/list.h"
#include "hooks.h"
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

/* Bytes of a plugin's own words. */
#define WORDS_SIZE 400

/* The field of which each text is the GUID of a record. */
static const char MANY[] = "guids_for_manifest_row";

/* What a function of the plugin makes; the first member is what it sees. */
typedef struct plugin_output {
    g3_plugin_output output;
    g3_arena *arena;
    g3_view *items;
    size_t count, capacity;
    bool refused;
    char reason[WORDS_SIZE];
} plugin_output;

typedef struct plugin_hooks {
    g3_hooks hooks;
    void *library;
    const g3_plugin *plugin;
    void *state;
    bool opened;
    g3_view *names;         /* that come out */
    g3_plugin_text *inputs; /* names, and cells, of the manifest */
    size_t column_count;
    plugin_output output;
    g3_view *guids; /* of the row at hand, where there may be many */
    size_t guid_count, next_guid;
    g3_arena arena; /* theirs */
} plugin_hooks;

static void add(g3_plugin_output *output, const char *data, size_t length)
{
    plugin_output *self = (plugin_output *)output;
    if (self->count == self->capacity) {
        self->capacity = self->capacity ? self->capacity * 2 : 16;
        self->items = g3_reallocate(self->items, self->capacity, sizeof *self->items);
    }
    self->items[self->count++] = g3_arena_copy(self->arena, (g3_view){data, length});
}

static void refuse(g3_plugin_output *output, const char *reason)
{
    plugin_output *self = (plugin_output *)output;
    self->refused = true;
    snprintf(self->reason, sizeof self->reason, "%s", reason);
}

/* The column that a field of the plugin is. */
static g3_view column_of(const char *field)
{
    bool guid = strcmp(field, "guid_for_row") == 0 || strcmp(field, MANY) == 0;
    return g3_view_of(guid ? "guid" : field);
}

static bool is_read(const g3_plugin *plugin, g3_view name)
{
    for (size_t i = 0; i < plugin->read_count; i++)
        if (g3_view_equal_ignoring_case(g3_view_of(plugin->reads[i]), name))
            return true;
    for (size_t i = 0; i < plugin->field_count; i++)
        if (g3_view_equal_ignoring_case(column_of(plugin->fields[i].name), name))
            return true;
    return false;
}

static g3_plugin_text text_of(g3_view view)
{
    return (g3_plugin_text){view.length ? view.data : "", view.length};
}

static bool bind(g3_hooks *hooks, const g3_view *names, size_t count, bool complete,
                 g3_error *error)
{
    plugin_hooks *self = (plugin_hooks *)hooks;
    const g3_plugin *plugin = self->plugin;
    size_t most = plugin->field_count + count;
    (void)complete, (void)error; /* the plugin says itself what it can't do without */
    self->names = g3_reallocate(self->names, most + 1, sizeof *self->names);
    hooks->sources = g3_reallocate(hooks->sources, most + 1, sizeof *hooks->sources);
    self->inputs = g3_reallocate(self->inputs, 2 * count + 1, sizeof *self->inputs);
    self->column_count = count;
    hooks->names = self->names;
    hooks->count = 0;
    for (size_t i = 0; i < plugin->field_count; i++) {
        hooks->sources[hooks->count] = -1;
        self->names[hooks->count++] = column_of(plugin->fields[i].name);
    }
    for (size_t i = 0; i < count; i++) {
        self->inputs[i] = text_of(names[i]);
        if (is_read(plugin, names[i]))
            continue;
        hooks->sources[hooks->count] = (int64_t)i;
        self->names[hooks->count++] = names[i];
    }
    return true;
}

/* What is wrong with what a function made. */
static const char *find_fault(const plugin_output *output)
{
    if (output->refused)
        return output->reason;
    for (size_t i = 0; i < output->count; i++)
        if (!g3_is_utf8(output->items[i]))
            return "is not UTF-8, says the plugin";
    return NULL;
}

/* The cell that the texts of a field are. */
static g3_view make_cell(const plugin_output *output, const g3_hook_row *row)
{
    const g3_value list = {.type = G3_LIST, .list = {output->items, output->count}};
    g3_buffer text = {0};
    if (output->count == 0)
        return (g3_view){"", 0};
    if (output->count == 1)
        return output->items[0];
    if (row->arrays)
        g3_json_append_value(&text, &list);
    else
        g3_list_append(&text, &list, G3_URLS, true);
    g3_view cell = g3_arena_copy(row->arena, g3_buffer_view(&text));
    g3_buffer_free(&text);
    return cell;
}

/* Keeps the GUIDs of a row; there is a record for each. */
static void keep_guids(plugin_hooks *self)
{
    const plugin_output *output = &self->output;
    g3_arena_clear(&self->arena);
    self->guids = g3_arena_take(&self->arena, (output->count + 1) * sizeof *self->guids);
    self->guid_count = output->count;
    self->next_guid = 0;
    for (size_t i = 0; i < output->count; i++)
        self->guids[i] = g3_arena_copy(&self->arena, output->items[i]);
}

/* Makes one field. @return NULL, or what is wrong with it */
static const char *make_field(plugin_hooks *self, size_t number, const g3_plugin_row *given,
                              g3_hook_row *row)
{
    const g3_plugin_field *field = &self->plugin->fields[number];
    plugin_output *output = &self->output;
    bool many = strcmp(field->name, MANY) == 0;
    output->count = 0;
    if (!many || !row->again) {
        field->make(self->state, given, &output->output);
        const char *fault = find_fault(output);
        if (fault) {
            row->field = self->names[number];
            return fault;
        }
    }
    if (many && !row->again)
        keep_guids(self);
    if (!many)
        row->out[number] = make_cell(output, row);
    else
        row->out[number] =
            self->next_guid < self->guid_count ? self->guids[self->next_guid++] : (g3_view){"", 0};
    return NULL;
}

static g3_hook_outcome make(g3_hooks *hooks, g3_hook_row *row)
{
    plugin_hooks *self = (plugin_hooks *)hooks;
    const g3_plugin *plugin = self->plugin;
    g3_plugin_text *cells = self->inputs + self->column_count;
    for (size_t i = 0; i < self->column_count; i++)
        cells[i] = text_of(g3_view_trim(row->cells[i]));
    const g3_plugin_row given = {
        .names = self->inputs, .cells = cells, .count = self->column_count, .line = row->line};
    self->output.arena = row->arena;
    self->output.refused = false;
    if (!row->again)
        self->guid_count = self->next_guid = 0;
    if (plugin->begin_row && !row->again) {
        self->output.count = 0;
        if (plugin->begin_row(self->state, &given, &self->output.output) == G3_PLUGIN_SKIP)
            return G3_HOOK_SKIP;
        row->reason = find_fault(&self->output);
    }
    for (size_t i = 0; !row->reason && i < plugin->field_count; i++)
        row->reason = make_field(self, i, &given, row);
    if (row->reason)
        return G3_HOOK_BAD;
    for (size_t i = plugin->field_count; i < hooks->count; i++)
        row->out[i] = row->cells[hooks->sources[i]];
    return self->next_guid < self->guid_count ? G3_HOOK_MORE : G3_HOOK_MADE;
}

static void close_hooks(g3_hooks *hooks)
{
    plugin_hooks *self = (plugin_hooks *)hooks;
    if (self->opened && self->plugin->close)
        self->plugin->close(self->state);
    if (self->library)
        dlclose(self->library);
    g3_arena_free(&self->arena);
    free(self->output.items);
    free(self->names);
    free(self->inputs);
    free(hooks->sources);
    free(self);
}

static bool check_plugin(const g3_plugin *plugin, const char *path, g3_error *error)
{
    if (plugin->abi != G3_PLUGIN_ABI)
        return g3_fail(
            error, G3_EXIT_INPUT,
            "%s: was built for another version of g3tools (ABI %u, not %u): build it anew", path,
            plugin->abi, G3_PLUGIN_ABI);
    for (size_t i = 0; i < plugin->field_count; i++)
        for (size_t k = 0; k < i; k++)
            if (g3_view_equal(column_of(plugin->fields[i].name), column_of(plugin->fields[k].name)))
                return g3_fail(error, G3_EXIT_INPUT, "%s: makes the field \"%s\" twice", path,
                               plugin->fields[i].name);
    return true;
}

static bool open_plugin(plugin_hooks *self, const char *path, const char *settings, g3_error *error)
{
    const g3_plugin *(*get)(void) = NULL;
    g3_buffer file = {0};
    g3_buffer_append_format(&file, "%s%s", strchr(path, '/') ? "" : "./", path);
    self->library = dlopen(g3_buffer_text(&file), RTLD_NOW | RTLD_LOCAL);
    g3_buffer_free(&file);
    if (!self->library)
        return g3_fail(error, G3_EXIT_INPUT, "the plugin can't be loaded: %s", dlerror());
    *(void **)&get = dlsym(self->library, "g3_plugin_get");
    self->plugin = get ? get() : NULL;
    if (!self->plugin)
        return g3_fail(error, G3_EXIT_INPUT, "%s: is no plugin: it has no g3_plugin_get()", path);
    if (!check_plugin(self->plugin, path, error))
        return false;
    char message[WORDS_SIZE] = "";
    if (self->plugin->open)
        self->state = self->plugin->open(settings, message, sizeof message);
    self->opened = !*message;
    return self->opened || g3_fail(error, G3_EXIT_INPUT, "%s: %s", path, message);
}

g3_hooks *g3_hooks_load_plugin(const char *path, const char *settings, g3_error *error)
{
    plugin_hooks *self = g3_allocate_zeroed(1, sizeof *self);
    self->hooks = (g3_hooks){.bind = bind, .make = make, .close = close_hooks};
    self->output.output = (g3_plugin_output){.add = add, .refuse = refuse};
    if (open_plugin(self, path, settings, error))
        return &self->hooks;
    close_hooks(&self->hooks);
    return NULL;
}

void g3_hooks_close(g3_hooks *hooks)
{
    if (hooks)
        hooks->close(hooks);
}

/* Plugins: shared objects that make the fields of records, loaded by g3-parse --plugin.
 *
 * A plugin is built with `cc -shared -fPIC $(pkg-config --cflags g3) my.c -o my.so` and exports
 * g3_plugin_get(). It needs nothing of libg3; this header is all there is, and plain C. What is
 * declared here does not change: members are only added behind the others, with another
 * G3_PLUGIN_ABI.
 *
 * A row comes with its columns' names and its cells as texts (of JSON lines, the cells that spell
 * the values). Each field that the plugin makes is added to the record in place of a column of that
 * name; columns that it reads (`reads`) are left out, all others stay. What it adds is read as a
 * cell is: a whole number for file_size, a list for urls, acl and authz.
 *
 * Names of fields: guid, md5, file_size, acl, authz, urls, file_name, or any other column;
 * guid_for_row is another name of guid; guids_for_manifest_row makes a record for each text added.
 * See tests/plugin/sdk.c for an example, and tests/plugin/units.cc for one in C++: that is built
 * with c++ instead of cc, and lets no exception out of its functions.
 */
#ifndef G3_PLUGIN_H
#define G3_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of what is declared here: g3-parse takes plugins that were built with its own. */
#define G3_PLUGIN_ABI 1u

/* Bytes, UTF-8, no NUL behind them. Valid while the plugin's function runs. */
typedef struct g3_plugin_text {
    const char *data;
    size_t length;
} g3_plugin_text;

/* A row of the manifest, as it stands there. Valid while the function runs. */
typedef struct g3_plugin_row {
    const g3_plugin_text *names, *cells; /* `count` of each; cells without blanks around them */
    size_t count;
    uint64_t line; /* where the row stands in its file, from 1 */
} g3_plugin_row;

/* What a function makes; given by the caller. */
typedef struct g3_plugin_output {
    /* Adds a text (copied): the field's value, or one item of a list. */
    void (*add)(struct g3_plugin_output *output, const char *data, size_t length);
    /* Rejects the row, with a reason (copied) that is one line. */
    void (*refuse)(struct g3_plugin_output *output, const char *reason);
} g3_plugin_output;

/* A field that the plugin makes, and the function that makes it of a row. */
typedef struct g3_plugin_field {
    const char *name;
    void (*make)(void *state, const g3_plugin_row *row, g3_plugin_output *output);
} g3_plugin_field;

/* What begin_row() decides. */
typedef enum g3_plugin_verdict {
    G3_PLUGIN_TAKE, /* the row becomes a record */
    G3_PLUGIN_SKIP, /* it is left out, silently */
} g3_plugin_verdict;

/* What a plugin is; static in it. */
typedef struct g3_plugin {
    uint32_t abi; /* G3_PLUGIN_ABI */
    const char *name;
    const g3_plugin_field *fields;
    size_t field_count;
    const char *const *reads; /* columns that are no fields of their own; NULL: none */
    size_t read_count;

    /* Called once. @param settings  of --plugin-settings, or ""
     * @param message  takes why it can't work, at most `size` bytes with the NUL
     * @return the state that all functions get; NULL to fail, if there is a message */
    void *(*open)(const char *settings, char *message, size_t size);

    /* Sees each whole row before its fields are made; NULL: nothing to do. */
    g3_plugin_verdict (*begin_row)(void *state, const g3_plugin_row *row, g3_plugin_output *output);

    void (*close)(void *state); /* NULL: nothing to do */
} g3_plugin;

/* The one symbol that a plugin exports. @return static */
const g3_plugin *g3_plugin_get(void);

#ifdef __cplusplus
}
#endif

#endif

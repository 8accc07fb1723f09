/* The database's tables and keys, as SQL. Used by store.c only.
 *
 * A record's row holds what is looked up by key, and its document as the listing answers it. The
 * columns that the document has as well are: did (the GUID), baseid (shared by versions), rev, form
 * ("object", "bundle", ...), size, md5, updated (microseconds since 1970).
 *
 * A node of the graph is a program, a project or a record of a project; `name` is what it is known
 * by beside its id (name, code, submitter_id), `project_id` that of its project, empty for a
 * program, and the document its other properties. A link leads from a node to its parent.
 */
#ifndef SANDBOX_SCHEMA_H
#define SANDBOX_SCHEMA_H

/* For each connection. Nothing here must survive a power cut, so nothing waits for the disk. Pages
 * of 16 KiB hold many documents; the file is read where it lies in the system's cache. LIKE as
 * PostgreSQL has it. */
#define SCHEMA_CONNECTION                                                                          \
    "PRAGMA page_size=16384; PRAGMA synchronous=OFF; PRAGMA mmap_size=2147418112;"                 \
    "PRAGMA cache_size=-65536; PRAGMA case_sensitive_like=ON; PRAGMA wal_autocheckpoint=1000;"

/* %s three times: the collation of the GUIDs. Only they have it: they are what listings are ordered
 * by. */
#define SCHEMA_TABLES                                                                              \
    "CREATE TABLE IF NOT EXISTS record("                                                           \
    "  id INTEGER PRIMARY KEY, did TEXT NOT NULL COLLATE %s, baseid TEXT NOT NULL,"                \
    "  rev TEXT NOT NULL, form TEXT NOT NULL, size INTEGER, md5 TEXT, updated INTEGER NOT NULL,"   \
    "  document BLOB NOT NULL, contents TEXT);"                                                    \
    "CREATE TABLE IF NOT EXISTS alias(value TEXT PRIMARY KEY, did TEXT NOT NULL) WITHOUT ROWID;"   \
    "CREATE INDEX IF NOT EXISTS alias_did ON alias(did);"                                          \
    "CREATE TABLE IF NOT EXISTS metadata("                                                         \
    "  guid TEXT NOT NULL UNIQUE COLLATE %s, document TEXT NOT NULL);"                             \
    "CREATE TABLE IF NOT EXISTS metadata_alias("                                                   \
    "  alias TEXT PRIMARY KEY, guid TEXT NOT NULL) WITHOUT ROWID;"                                 \
    "CREATE INDEX IF NOT EXISTS metadata_alias_guid ON metadata_alias(guid);"                      \
    "CREATE TABLE IF NOT EXISTS node("                                                             \
    "  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, type TEXT NOT NULL,"                   \
    "  project_id TEXT NOT NULL, name TEXT NOT NULL, document TEXT NOT NULL,"                      \
    "  UNIQUE(type, project_id, name));"                                                           \
    "CREATE INDEX IF NOT EXISTS node_type ON node(type);"                                          \
    "CREATE INDEX IF NOT EXISTS node_type_id ON node(type, id);"                                   \
    "CREATE TABLE IF NOT EXISTS link("                                                             \
    "  source INTEGER NOT NULL, name TEXT NOT NULL, target INTEGER NOT NULL,"                      \
    "  PRIMARY KEY(source, name, target)) WITHOUT ROWID;"                                          \
    "CREATE INDEX IF NOT EXISTS link_target ON link(target, name, source);"                        \
    "CREATE TABLE IF NOT EXISTS setting(name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;"         \
    "INSERT OR IGNORE INTO setting VALUES('collation', '%s')"

#define SCHEMA_MAKE_GUID_KEY "CREATE UNIQUE INDEX IF NOT EXISTS record_did ON record(did);"
#define SCHEMA_MAKE_KEYS                                                                           \
    "CREATE INDEX IF NOT EXISTS record_md5 ON record(md5);"                                        \
    "CREATE INDEX IF NOT EXISTS record_baseid ON record(baseid);"                                  \
    "CREATE INDEX IF NOT EXISTS record_size ON record(size, form);"
#define SCHEMA_MAKE_ALL_KEYS SCHEMA_MAKE_GUID_KEY SCHEMA_MAKE_KEYS
#define SCHEMA_DROP_KEYS                                                                           \
    "DROP INDEX IF EXISTS record_did; DROP INDEX IF EXISTS record_md5;"                            \
    "DROP INDEX IF EXISTS record_baseid; DROP INDEX IF EXISTS record_size;"

/* The row that came first stays. */
#define SCHEMA_DROP_REPEATED                                                                       \
    "DELETE FROM record WHERE id NOT IN (SELECT min(id) FROM record GROUP BY did)"

#endif

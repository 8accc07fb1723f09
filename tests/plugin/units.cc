/* An example of a plugin in C++: `file_size` from a column `amount` that has units, such as "12
 * kB". Build it with: c++ -shared -fPIC -o units.so units.cc $(pkg-config --cflags g3) */
#include <g3/plugin.h>
#include <string>

/* The cell of a column; empty where there is none. */
static std::string find(const g3_plugin_row *row, const std::string &name)
{
    for (size_t i = 0; i < row->count; i++)
        if (name.compare(0, std::string::npos, row->names[i].data, row->names[i].length) == 0)
            return std::string(row->cells[i].data, row->cells[i].length);
    return std::string();
}

static void make_size(void *, const g3_plugin_row *row, g3_plugin_output *output) noexcept
{
    static const struct {
        const char *unit, *zeros;
    } UNITS[] = {{"kB", "000"}, {"MB", "000000"}, {"GB", "000000000"}};
    std::string amount = find(row, "amount");
    size_t blank = amount.find(' ');
    for (const auto &known : UNITS)
        if (blank != std::string::npos && amount.substr(blank + 1) == known.unit) {
            std::string digits = amount.substr(0, blank) + known.zeros;
            return output->add(output, digits.data(), digits.size());
        }
    output->refuse(output, "has no unit that is known here");
}

const g3_plugin *g3_plugin_get()
{
    static const g3_plugin_field FIELDS[] = {{"file_size", make_size}};
    static const char *const READS[] = {"amount"};
    static const g3_plugin PLUGIN = {G3_PLUGIN_ABI, "units", FIELDS, 1, READS, 1,
                                     nullptr,       nullptr, nullptr};
    return &PLUGIN;
}

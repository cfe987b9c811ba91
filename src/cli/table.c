// SPDX-License-Identifier: MIT
#include "cli/table.h"

#include <string.h>

#include "base/str.h"

void snq_table_printable(FILE *to, const char *text)
{
    snq_str s;
    snq_str_init(&s, 1u << 20);
    snq_str_put_printable(&s, text);
    fputs(snq_str_text(&s), to);
    snq_str_clear(&s);
}

void snq_table_time(FILE *to, double s)
{
    const long hundredths = (long)(s * 100.0 + 0.5), seconds = hundredths / 100;
    if (seconds >= 3600)
        fprintf(to, "%ld:%02ld:%02ld.%02ld", seconds / 3600, seconds / 60 % 60, seconds % 60,
                hundredths % 100);
    else
        fprintf(to, "%ld:%02ld.%02ld", seconds / 60, seconds % 60, hundredths % 100);
}

void snq_table_put(FILE *to, const char *name, snq_measure m, const char *unit, int decimals)
{
    char value[32];
    if (m.reason) {
        fprintf(to, "%s -   ", name);
        return;
    }
    snprintf(value, sizeof value, "%.*f", decimals, m.value);
    /* "-0.0" is 0.0 */
    const char *shown = *value == '-' && strspn(value, "-0.") == strlen(value) ? value + 1 : value;
    fprintf(to, "%s %s%s%s   ", name, shown, *unit ? " " : "", unit);
}

void snq_table_heading(FILE *to, const char *name)
{
    fprintf(to, "  %-10s", name);
}

int snq_table_absent(FILE *to, const char *name, const char *reason)
{
    if (!reason)
        return 0;
    if (strcmp(reason, "not selected") != 0) {
        snq_table_heading(to, name);
        fprintf(to, "- (%s)\n", reason);
    }
    return 1;
}

void snq_table_warnings(FILE *to, const snq_warnings *w)
{
    for (uint32_t i = 0; i < w->count; i++) {
        snq_table_heading(to, i ? "" : "Warnings");
        snq_table_printable(to, w->item[i].message);
        fprintf(to, " [%s]\n", w->item[i].code);
    }
}

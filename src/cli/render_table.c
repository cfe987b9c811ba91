// SPDX-License-Identifier: MIT
#include "cli/render_table.h"

#include <math.h>
#include <string.h>

#include "cli/table.h"

static void put_level(FILE *to, double dbfs)
{
    if (isfinite(dbfs))
        fprintf(to, "%7.1f dBFS", dbfs);
    else
        fputs("     silence", to);
}

static void put_stem(FILE *to, const snq_render_stem *s)
{
    fputs("  ", to);
    snq_table_printable(to, s->file);
    fprintf(to, "%*s", (int)(strlen(s->file) < 32 ? 32 - strlen(s->file) : 1), "");
    put_level(to, s->peak_dbfs);
    fprintf(to, "   %s\n", s->patch);
}

void snq_render_table(FILE *to, const char *folder, const snq_render_report *r)
{
    snq_table_printable(to, folder);
    if (*r->title) {
        fputs("   ", to);
        snq_table_printable(to, r->title);
    }
    fputs("   ", to);
    snq_table_time(to, (double)r->frames / r->rate_hz);
    fputc('\n', to);
    for (uint32_t i = 0; i < r->stems; i++)
        put_stem(to, &r->stem[i]);
    if (*r->premaster.file)
        put_stem(to, &r->premaster);
    put_stem(to, &r->mix);
    if (r->mastered && isfinite(r->figures.lufs))
        fprintf(to,
                "  %.1f LUFS, %.1f dBTP; the limiter took %.1f dB on the mean, %.1f dB at most\n",
                r->figures.lufs, r->figures.true_peak_dbtp, -(double)r->figures.limiter.mean_db,
                -(double)r->figures.limiter.deepest_db);
    snq_table_warnings(to, &r->warnings);
}

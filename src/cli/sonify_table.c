// SPDX-License-Identifier: MIT
#include "cli/sonify_table.h"

#include <math.h>

#include "cli/table.h"

static void put_words(FILE *to, const snq_film_words *w)
{
    for (uint32_t i = 0; i < w->count; i++) {
        fputs("  ", to);
        snq_table_printable(to, w->text[i]);
        fputc('\n', to);
    }
}

static void put_piece(FILE *to, const snq_session *s)
{
    const snq_intent *in = &s->intent;
    const snq_hit_fit *f = &s->film->fit;
    fprintf(to, "  %s, %.6g BPM%s, %s %s, %d/%d, %d bars, seed %llu, template %s\n", s->style,
            f->bpm, f->steps > 1 ? " and near it" : "", snq_tonic_names[in->tonic],
            snq_brief_mode_names[in->mode], in->beats_per_bar, in->beat_unit, in->bars,
            (unsigned long long)in->seed, s->film->map);
}

static void put_hits(FILE *to, const snq_film_plan *p)
{
    const snq_hit_shares *got = &p->fit.got, *chance = &p->fit.chance;
    if (!p->hits.hits)
        fputs("  no cuts nor accents to meet\n", to);
    else
        fprintf(to,
                "  %u moments to meet: %.0f %% on beats (any offset would get %.0f %%), %.0f %% on "
                "eighths (%.0f %%), %.0f %% on downbeats (%.0f %%)\n",
                p->hits.hits, 100 * got->beat, 100 * chance->beat, 100 * got->eighth,
                100 * chance->eighth, 100 * got->downbeat, 100 * chance->downbeat);
}

static void put_film(FILE *to, const snq_film_out_report *r)
{
    fputs("  picture copied (", to);
    snq_table_printable(to, r->video_codec);
    fprintf(to, "), sound %.2f s", r->sound_s);
    if (isfinite(r->lufs))
        fprintf(to, ", %.1f LUFS, %.1f dBTP", r->lufs, r->true_peak_dbtp);
    fputc('\n', to);
}

void snq_sonify_table(FILE *to, const char *out, const snq_sonification *s)
{
    const snq_render_report *r = &s->composition.render;
    snq_table_printable(to, out);
    fputs("   ", to);
    snq_table_time(to, (double)r->frames / r->rate_hz);
    fputc('\n', to);
    put_words(to, &s->why);
    put_piece(to, &s->composition.session);
    put_hits(to, s->composition.session.film);
    if (s->is_film)
        put_film(to, &s->film);
    else if (isfinite(r->figures.lufs))
        fprintf(to, "  %.1f LUFS, %.1f dBTP\n", r->figures.lufs, r->figures.true_peak_dbtp);
    snq_table_warnings(to, &r->warnings);
}

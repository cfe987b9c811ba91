// SPDX-License-Identifier: MIT
#include "cli/brief_table.h"

#include <string.h>

#include "cli/table.h"

/* A heading once, then words with a comma between. */
typedef struct row {
    FILE *to;
    const char *heading;
    int items;
} row;

static void put(row *r, const char *text)
{
    if (!r->items++)
        snq_table_heading(r->to, r->heading);
    else
        fputs(", ", r->to);
    for (const char *c = text; *c; c++)
        fputc(*c == '_' ? ' ' : *c, r->to);
}

static void end(row *r)
{
    if (r->items)
        fputc('\n', r->to);
}

static void put_set(row *r, uint32_t set, const char *const *names)
{
    for (unsigned i = 0; set >> i; i++)
        if (set >> i & 1)
            put(r, names[i]);
}

static void put_modifiers(row *r, const uint32_t *of)
{
    char text[96];
    for (unsigned p = 0; p < SNQ_PARTS; p++)
        for (unsigned q = 0; q < SNQ_QUALITIES; q++)
            if (of[p] >> q & 1) {
                snprintf(text, sizeof text, "%s %s", snq_quality_names[q], snq_part_names[p]);
                put(r, text);
            }
}

static void print_set(FILE *to, const char *heading, uint32_t set, const char *const *names)
{
    row r = { to, heading, 0 };
    put_set(&r, set, names);
    end(&r);
}

static void print_time(FILE *to, const snq_brief *b)
{
    row tempo = { to, "tempo", 0 }, metre = { to, "metre", 0 }, length = { to, "length", 0 };
    char text[64] = "";
    if (b->bpm > 0.0)
        snprintf(text, sizeof text, "%g BPM", b->bpm);
    else if (b->min_bpm > 0.0 && b->max_bpm > 0.0)
        snprintf(text, sizeof text, "%g to %g BPM", b->min_bpm, b->max_bpm);
    else if (b->min_bpm > 0.0)
        snprintf(text, sizeof text, "%g BPM or more", b->min_bpm);
    else if (b->max_bpm > 0.0)
        snprintf(text, sizeof text, "%g BPM or less", b->max_bpm);
    if (*text)
        put(&tempo, text);
    if (b->feel)
        put(&tempo, b->feel == SNQ_FEEL_HALF ? "half time" : "double time");
    end(&tempo);
    if (b->beat_unit) {
        snprintf(text, sizeof text, "%d/%d", b->beats_per_bar, b->beat_unit);
        put(&metre, text);
    }
    end(&metre);
    if (b->bars > 0)
        snprintf(text, sizeof text, "%d bars", b->bars);
    else
        snprintf(text, sizeof text, "%g s", b->seconds);
    if (b->bars > 0 || b->seconds > 0.0)
        put(&length, text);
    end(&length);
}

static void print_key(FILE *to, const snq_brief *b)
{
    if (b->mode < 0)
        return;
    snq_table_heading(to, "key");
    fprintf(to, "%s%s%s\n", b->tonic < 0 ? "" : snq_tonic_names[b->tonic], b->tonic < 0 ? "" : " ",
            snq_brief_mode_names[b->mode]);
}

static void print_sections(FILE *to, const snq_brief *b)
{
    row r = { to, "sections", 0 };
    for (uint32_t i = 0; i < b->wishes; i++) {
        const snq_section_wish *w = &b->wish[i];
        const char *s = snq_section_names[w->section];
        char text[64];
        if (w->kind == SNQ_WISH_COUNT)
            snprintf(text, sizeof text, "%d %s", w->n, s);
        else if (w->kind == SNQ_WISH_BARS)
            snprintf(text, sizeof text, "%s of %d bars", s, w->n);
        else
            snprintf(text, sizeof text, "%s %s",
                     w->kind == SNQ_WISH_LONG    ? "long"
                     : w->kind == SNQ_WISH_SHORT ? "short"
                                                 : "no",
                     s);
        put(&r, text);
    }
    end(&r);
}

static void print_unknown(FILE *to, const snq_brief *b)
{
    row r = { to, "not used", 0 };
    for (const char *w = snq_str_text(&b->unknown); *w;) {
        char word[256];
        const size_t n = strcspn(w, "\n");
        snprintf(word, sizeof word, "%.*s", (int)n, w);
        put(&r, "");
        snq_table_printable(to, word);
        w += n + 1;
    }
    end(&r);
}

static void print_tracks(FILE *to, const snq_brief *b)
{
    print_set(to, "only", b->only, snq_part_names);
    print_set(to, "with", b->include, snq_part_names);
    print_set(to, "without", b->exclude, snq_part_names);
    row r = { to, "sound", 0 };
    put_modifiers(&r, b->modifiers);
    end(&r);
    print_set(to, "played by", b->instruments, snq_played_names);
    row avoid = { to, "avoid", 0 };
    put_set(&avoid, b->avoid_genres, snq_genre_names);
    put_set(&avoid, b->avoid_moods, snq_mood_names);
    put_set(&avoid, b->avoid_instruments, snq_played_names);
    put_modifiers(&avoid, b->avoid_modifiers);
    end(&avoid);
}

void snq_brief_table(FILE *to, const char *prompt, const snq_brief *b)
{
    snq_table_printable(to, prompt);
    fputc('\n', to);
    row genres = { to, "genre", 0 };
    for (unsigned i = 0; i < b->genres; i++)
        put(&genres, snq_genre_names[b->genre[i]]);
    end(&genres);
    print_set(to, "mood", b->moods, snq_mood_names);
    print_time(to, b);
    print_key(to, b);
    print_tracks(to, b);
    print_set(to, "swing", b->swing ? 1u << b->swing : 0, snq_swing_names);
    print_set(to, "energy", b->energy ? 1u << b->energy : 0, snq_energy_names);
    print_set(to, "era", b->era >= 0 ? 1u << b->era : 0, snq_era_names);
    print_sections(to, b);
    print_unknown(to, b);
}

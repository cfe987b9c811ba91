// SPDX-License-Identifier: MIT
#include "cli/session_table.h"

#include <math.h>

#include "base/json.h"
#include "cli/commands.h"
#include "cli/render_table.h"
#include "cli/table.h"

static void put_piece(FILE *to, const snq_session *s)
{
    const snq_intent *in = &s->intent;
    fprintf(to, "  %s, %.6g BPM, %s %s, %d/%d, %d bars, seed %llu\n", s->style, in->bpm,
            snq_tonic_names[in->tonic], snq_brief_mode_names[in->mode], in->beats_per_bar,
            in->beat_unit, in->bars, (unsigned long long)in->seed);
}

static void put_unknown(FILE *to, const snq_brief *b)
{
    const char *at = snq_str_text(&b->unknown);
    if (!b->unknowns)
        return;
    fputs("  not understood:", to);
    for (; *at; at++)
        if (*at == '\n')
            fputs(at[1] ? "," : "", to);
        else {
            if (at == snq_str_text(&b->unknown) || at[-1] == '\n')
                fputc(' ', to);
            fputc((unsigned char)*at < ' ' || *at == 0x7f ? '?' : *at, to);
        }
    fputc('\n', to);
}

static void put_tracks(FILE *to, const snq_session *s)
{
    for (uint32_t i = 0; i < s->intent.tracks; i++)
        fprintf(to, "  %-12s %-24s made %u%s%s\n", s->intent.track[i].name,
                s->intent.track[i].patch, s->track[i].made, s->track[i].locked ? ", locked" : "",
                *s->track[i].recording ? ", a recording" : "");
}

void snq_session_table(FILE *to, const char *folder, const snq_composition *c)
{
    if (c->render.stems)
        snq_render_table(to, folder, &c->render);
    else {
        snq_table_printable(to, folder);
        fputc('\n', to);
        put_tracks(to, &c->session);
    }
    put_piece(to, &c->session);
    put_unknown(to, &c->session.brief);
}

void snq_session_history_table(FILE *to, const snq_session *s)
{
    for (uint32_t i = 0; i < s->steps; i++) {
        const snq_session_step *step = &s->step[i];
        fprintf(to, "%4u  %-10s %s", step->number, step->did, step->track);
        if (step->prompt) {
            fputs("  \"", to);
            snq_table_printable(to, step->prompt);
            fputc('"', to);
        }
        fputc('\n', to);
    }
}

snq_status snq_session_print(const snq_common *common, const char *folder, const snq_composition *c)
{
    if (common->json) {
        snq_json j;
        snq_json_init(&j, snq_json_to_file, stdout);
        snq_session_json(&j, &c->session, NULL);
        SNQ_TRY(snq_json_finish(&j));
        fputc('\n', stdout);
    } else
        snq_session_table(stdout, folder, c);
    return snq_common_flush();
}

static void on_progress(void *user, double done_s, double of_s)
{
    snq_session_work *w = user;
    const snq_progress_state state = { .files = 1,
                                       .part = of_s > 0.0 ? fmin(done_s / of_s, 1.0) : 1.0,
                                       .media_s = done_s,
                                       .name = w->name };
    snq_progress_show(&w->common->progress, &state);
}

snq_session_run snq_session_begin(snq_session_work *w, const volatile int *cancel)
{
    snq_progress_init(&w->common->progress, stderr, w->common->quiet);
    return (snq_session_run) { .threads = snq_common_threads(w->common),
                               .cancel = cancel,
                               .progress = on_progress,
                               .user = w };
}

/* What is the environment's fault, and not the input's. */
static int is_environment(snq_status st)
{
    return st == SNQ_ERR_NOMEM || st == SNQ_ERR_IO || st == SNQ_ERR_UNSUPPORTED;
}

int snq_session_end(snq_session_work *w, snq_status st, const char *folder,
                    const snq_composition *c)
{
    snq_progress_wipe(&w->common->progress);
    if (st >= 0)
        st = snq_session_print(w->common, folder, c);
    if (st >= 0 || st == SNQ_ERR_CANCELLED)
        return SNQ_EXIT_OK;
    snq_common_refuse(folder, snq_last_error());
    return is_environment(st) ? SNQ_EXIT_ENVIRONMENT : SNQ_EXIT_REFUSED;
}

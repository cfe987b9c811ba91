// SPDX-License-Identifier: MIT
/* hits-tool -- tempo and downbeats for a film, for scripts/truth.py.
 *
 *     hits-tool one|changes BPM_MIN BPM_MAX IN.jsonl OUT.jsonl
 *
 * A document of `sonique watch --json` a line in (its events), a report a line out: beats_s, tempo_bpm, hits,
 * hit_points. An error goes to stderr; exit status 1. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/json_read.h"
#include "compose/hit_fit.h"

enum { EVENTS_MAX = 1 << 16 };

static snq_sight_event event[EVENTS_MAX];

static snq_status read_events(const snq_json_ref *root, uint32_t *n, double *end_s)
{
    static const char *const kinds[] = { "cut", "fade", "flash", "accent" };
    snq_json_ref video, list, item = { 0 };
    SNQ_TRY(snq_json_get(root, "video", SNQ_JSON_OBJECT, &video));
    SNQ_TRY(snq_json_real_of(&video, "duration_s", 0.001, SNQ_FIT_FILM_MAX_S, end_s));
    SNQ_TRY(snq_json_get(root, "events", SNQ_JSON_ARRAY, &list));
    *n = (uint32_t)snq_json_count(&list);
    if (*n > EVENTS_MAX)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "%u events", *n);
    for (uint32_t i = 0; i < *n; i++) {
        snq_json_ref kind;
        size_t k = 0;
        snq_json_item(&list, i, &item);
        SNQ_TRY(snq_json_get(&item, "kind", SNQ_JSON_STRING, &kind));
        SNQ_TRY(snq_json_as_choice(&kind, kinds, 4, &k));
        SNQ_TRY(snq_json_real_of(&item, "t_s", 0.0, SNQ_FIT_FILM_MAX_S, &event[i].t_s));
        SNQ_TRY(snq_json_real_of(&item, "strength", 0.0, 1.0, &event[i].strength));
        event[i].kind = (snq_sight_event_kind)k;
    }
    return SNQ_OK;
}

static void report(const snq_hit_fit *f, const snq_hit_list *hits, FILE *to)
{
    snq_json j;
    snq_json_init(&j, snq_json_to_file, to);
    snq_json_object(&j);
    snq_json_put_real(&j, "tempo_bpm", f->bpm, 6);
    snq_json_key(&j, "beats_s");
    snq_json_array(&j);
    for (int32_t q = 0; snq_hit_fit_time_s(f, q) < f->end_s + f->tolerance_s; q++)
        if (snq_hit_fit_time_s(f, q) >= -f->tolerance_s)
            snq_json_real(&j, snq_hit_fit_time_s(f, q), 6);
    snq_json_end(&j);
    snq_hit_fit_json(&j, f, hits);
    snq_json_end(&j);
    if (snq_json_finish(&j) < 0)
        fputs("hits-tool: the report can't be written\n", stderr);
    fputc('\n', to);
}

static snq_status one_line(const char *line, size_t n, int changes, const double bpm[2], FILE *to)
{
    snq_json_doc *doc;
    snq_hit_list hits = { 0 };
    snq_hit_fit fit;
    uint32_t events = 0;
    double end_s = 0.0;
    SNQ_TRY(snq_json_parse("watch", line, n, &doc));
    const snq_json_ref root = snq_json_root(doc);
    snq_status st = read_events(&root, &events, &end_s);
    snq_json_doc_free(doc);
    SNQ_TRY(st);
    const snq_hit_cfg points = snq_hit_cfg_default(end_s);
    snq_fit_cfg cfg = snq_fit_cfg_default(bpm[0], bpm[1], end_s);
    cfg.changes = changes;
    SNQ_TRY(snq_hit_list_make(&points, event, events, NULL, &hits));
    st = snq_hit_fit_find(&cfg, &hits, &fit);
    if (st >= 0)
        report(&fit, &hits, to);
    snq_hit_list_clear(&hits);
    return st;
}

static snq_status all_lines(int changes, const double bpm[2], FILE *in, FILE *to)
{
    char *line = NULL;
    size_t room = 0;
    long n;
    snq_status st = SNQ_OK;
    while (st >= 0 && (n = (long)getline(&line, &room, in)) > 0)
        st = one_line(line, (size_t)n, changes, bpm, to);
    free(line);
    return st;
}

int main(int argc, char **argv)
{
    if (argc != 6 || (strcmp(argv[1], "one") != 0 && strcmp(argv[1], "changes") != 0)) {
        fputs("usage: hits-tool one|changes BPM_MIN BPM_MAX IN.jsonl OUT.jsonl\n", stderr);
        return 2;
    }
    const double bpm[2] = { strtod(argv[2], NULL), strtod(argv[3], NULL) };
    FILE *in = fopen(argv[4], "rb"), *to = in ? fopen(argv[5], "wb") : NULL;
    snq_status st = to ? SNQ_OK : SNQ_FAIL(SNQ_ERR_IO, "%s can't be opened", argv[in ? 5 : 4]);
    if (to)
        st = all_lines(strcmp(argv[1], "changes") == 0, bpm, in, to);
    if (in)
        fclose(in);
    if (to && fclose(to) != 0 && st >= 0)
        st = SNQ_FAIL(SNQ_ERR_IO, "%s can't be written", argv[5]);
    if (st < 0)
        fprintf(stderr, "hits-tool: %s\n", snq_last_error());
    return st < 0;
}

// SPDX-License-Identifier: MIT
/* curve-tool -- what a template makes of films, for scripts/truth.py.
 *
 *     curve-tool TEMPLATE.json DESTINATION IN.jsonl OUT.jsonl
 *
 * A document of `sonique watch --windows --json` a line in (its columns alone), a line out: {step_s, values}, the
 * destination's curve. An error goes to stderr; exit status 1. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/json_read.h"
#include "map/map_run.h"

#define BPM    120.0
#define STEP_S 0.05
enum { TEMPLATE_MAX = 1 << 20, HOURS_24_S = 86400 };

static snq_status read_column(snq_sight *s, int band, double step_s, const snq_json_ref *column)
{
    snq_series *to;
    snq_json_ref item;
    const size_t n = snq_json_count(column);
    SNQ_TRY(snq_sight_add_column(s, band, column->key, "", 0.0, step_s, &to));
    for (size_t i = 0; i < n; i++) {
        double v = NAN;
        snq_json_item(column, i, &item);
        if (snq_json_kind_of(&item) != SNQ_JSON_NULL)
            SNQ_TRY(snq_json_as_real(&item, -1e30, 1e30, &v));
        SNQ_TRY(snq_series_push(to, (float)v));
    }
    return SNQ_OK;
}

static snq_status read_columns(snq_sight *s, const snq_json_ref *windows)
{
    snq_json_ref times, second, columns, column;
    double step_s = 0.25;
    SNQ_TRY(snq_json_get(windows, "t_s", SNQ_JSON_ARRAY, &times));
    if (snq_json_count(&times) > 1) {
        snq_json_item(&times, 1, &second);
        SNQ_TRY(snq_json_as_real(&second, 1e-6, HOURS_24_S, &step_s));
    }
    for (int band = 0; band <= SNQ_SIGHT_BANDS; band++) {
        const int picture = band == SNQ_SIGHT_BANDS;
        const char *name = picture ? "picture" : snq_sight_band_name((uint32_t)band);
        if (!snq_json_find(windows, name, &columns))
            continue;
        column = (snq_json_ref) { 0 };
        while (snq_json_next(&columns, &column))
            SNQ_TRY(read_column(s, picture ? -1 : band, step_s, &column));
    }
    return SNQ_OK;
}

/* The film's columns; names are borrowed from the document. */
static snq_status read_sight(const snq_json_ref *root, snq_sight *s)
{
    snq_json_ref video, windows;
    int64_t width, height;
    SNQ_TRY(snq_json_get(root, "video", SNQ_JSON_OBJECT, &video));
    SNQ_TRY(snq_json_real_of(&video, "duration_s", 0.001, HOURS_24_S, &s->video.duration_s));
    SNQ_TRY(snq_json_int_of(&video, "width", 1, 1 << 16, &width));
    SNQ_TRY(snq_json_int_of(&video, "height", 1, 1 << 16, &height));
    s->video.width = (uint32_t)width;
    s->video.height = (uint32_t)height;
    s->video.range.end_s = s->video.duration_s;
    s->motion_reason = s->picture_reason = NULL;
    s->has_windows = 1;
    SNQ_TRY(snq_json_get(root, "windows", SNQ_JSON_OBJECT, &windows));
    return read_columns(s, &windows);
}

static void put_curve(const snq_map_result *r, const char *destination, double duration_s, FILE *to)
{
    snq_json j;
    snq_json_init(&j, snq_json_to_file, to);
    snq_json_object(&j);
    snq_json_put_real(&j, "step_s", STEP_S, 6);
    snq_json_key(&j, "values");
    snq_json_array(&j);
    for (uint32_t i = 0; i * STEP_S < duration_s; i++)
        snq_json_real(&j, (double)snq_map_result_at(r, destination, i * STEP_S * BPM / 60.0), 6);
    snq_json_end(&j);
    snq_json_end(&j);
    if (snq_json_finish(&j) < 0)
        fputs("curve-tool: the curve can't be written\n", stderr);
    fputc('\n', to);
}

static snq_status one_line(const char *line, size_t n, const snq_map_template *map,
                           const char *destination, FILE *to)
{
    snq_json_doc *doc;
    snq_sight s;
    snq_feature_set f = { 0 };
    snq_map_result r = { 0 };
    snq_map_run_cfg cfg = snq_map_run_cfg_default();
    snq_status st;
    snq_sight_init(&s);
    SNQ_TRY(snq_json_parse("watch", line, n, &doc));
    const snq_json_ref root = snq_json_root(doc);
    SNQ_GOTO(read_sight(&root, &s));
    SNQ_GOTO(snq_feature_set_from_sight(&f, &s));
    cfg.map = map;
    cfg.features = &f;
    cfg.bpm = BPM;
    cfg.duration_s = s.video.duration_s;
    SNQ_GOTO(snq_map_run(&cfg, &r));
    put_curve(&r, destination, s.video.duration_s, to);
fail:
    snq_map_result_clear(&r);
    snq_feature_set_clear(&f);
    snq_sight_clear(&s);
    snq_json_doc_free(doc);
    return st;
}

static snq_status all_lines(const snq_map_template *map, const char *destination, FILE *in,
                            FILE *to)
{
    char *line = NULL;
    size_t room = 0;
    long n;
    snq_status st = SNQ_OK;
    while (st >= 0 && (n = (long)getline(&line, &room, in)) > 0)
        st = one_line(line, (size_t)n, map, destination, to);
    free(line);
    return st;
}

static snq_status read_template(const char *path, snq_map_template **out)
{
    static char text[TEMPLATE_MAX];
    FILE *in = fopen(path, "rb");
    if (!in)
        return SNQ_FAIL(SNQ_ERR_IO, "%s can't be opened", path);
    const size_t n = fread(text, 1, sizeof text, in);
    fclose(in);
    return snq_map_template_parse(path, text, n, NULL, out);
}

int main(int argc, char **argv)
{
    snq_map_template *map = NULL;
    if (argc != 5) {
        fputs("usage: curve-tool TEMPLATE.json DESTINATION IN.jsonl OUT.jsonl\n", stderr);
        return 2;
    }
    snq_status st = read_template(argv[1], &map);
    FILE *in = st >= 0 ? fopen(argv[3], "rb") : NULL, *to = in ? fopen(argv[4], "wb") : NULL;
    if (st >= 0)
        st = to ? all_lines(map, argv[2], in, to)
                : SNQ_FAIL(SNQ_ERR_IO, "%s can't be opened", argv[in ? 4 : 3]);
    if (in)
        fclose(in);
    if (to && fclose(to) != 0 && st >= 0)
        st = SNQ_FAIL(SNQ_ERR_IO, "%s can't be written", argv[4]);
    snq_map_template_free(map);
    if (st < 0)
        fprintf(stderr, "curve-tool: %s\n", snq_last_error());
    return st < 0;
}

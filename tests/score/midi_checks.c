// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "midi_checks.h"

#include <ctype.h>

#include "base/alloc.h"
#include "score/midi.h"

/* ---- writing ---- */

void smf_put_byte(smf *f, int byte)
{
    assert_true(f->n < SMF_ROOM);
    f->bytes[f->n++] = (uint8_t)byte;
}

void smf_put(smf *f, const char *hex)
{
    while (*hex) {
        if (*hex == ' ')
            hex++;
        else if (*hex == '\'') {
            while (*++hex != '\'')
                smf_put_byte(f, (unsigned char)*hex);
            hex++;
        } else {
            const char digits[3] = { hex[0], hex[1], 0 };
            char *end;
            smf_put_byte(f, (int)strtol(digits, &end, 16));
            assert_true(*end == 0 && end == digits + 2);
            hex += 2;
        }
    }
}

void smf_put_number(smf *f, uint32_t v)
{
    for (int shift = 21; shift > 0; shift -= 7)
        if (v >> shift)
            smf_put_byte(f, (int)(0x80 | (v >> shift & 0x7F)));
    smf_put_byte(f, v & 0x7F);
}

void smf_begin(smf *f, const char *id)
{
    for (int i = 0; i < 4; i++)
        smf_put_byte(f, (unsigned char)id[i]);
    f->chunk = f->n;
    smf_put(f, "00 00 00 00");
}

void smf_close(smf *f)
{
    const size_t n = f->n - f->chunk - 4;
    for (size_t i = 0; i < 4; i++)
        f->bytes[f->chunk + i] = (uint8_t)(n >> (24 - 8 * i));
}

smf *smf_new(int format, int chunks, int division)
{
    smf *f = calloc(1, sizeof *f);
    assert_non_null(f);
    smf_begin(f, "MThd");
    const int words[3] = { format, chunks, division };
    for (int i = 0; i < 3; i++) {
        smf_put_byte(f, words[i] >> 8 & 0xFF);
        smf_put_byte(f, words[i] & 0xFF);
    }
    smf_close(f);
    return f;
}

void smf_free(smf *f)
{
    free(f);
}

void smf_track(smf *f, const char *hex)
{
    smf_begin(f, "MTrk");
    smf_put(f, hex);
    smf_put(f, "00 FF 2F 00");
    smf_close(f);
}

/* ---- reading ---- */

void smf_read(const smf *f, snq_score *s, const char *codes)
{
    snq_warnings w = { 0 };
    char got[SNQ_WARNINGS_MAX * SNQ_WARNING_CODE_MAX] = "";
    check_ok(snq_midi_read(f->bytes, f->n, s, &w));
    for (uint32_t i = 0; i < w.count; i++) {
        strcat(got, i ? " " : "");
        strcat(got, w.item[i].code);
        assert_true(w.item[i].offset_bytes >= 0 && w.item[i].offset_bytes <= (int64_t)f->n);
    }
    assert_string_equal(got, codes);
    check_ok(snq_score_check(s));
}

void smf_refused(const smf *f, snq_status st, size_t offset)
{
    char head[32];
    snq_score s;
    const int64_t live = snq_alloc_live();
    snq_error_clear();
    check_status(snq_midi_read(f->bytes, f->n, &s, NULL), st);
    snprintf(head, sizeof head, "offset %zu: ", offset);
    if (strncmp(snq_last_error(), head, strlen(head)) != 0)
        fail_msg("\"%s\" instead of \"%s…\"", snq_last_error(), head);
    assert_true(snq_alloc_live() == live && !s.tracks && !s.track && !s.tempo);
    snq_score_clear(&s);
}

/* ---- the second reader ---- */

static void add_line(smf_events *e, const char *text)
{
    if (e->lines == e->room) {
        e->room = e->room ? 2 * e->room : 64;
        e->line = realloc(e->line, e->room * sizeof *e->line);
        assert_non_null(e->line);
    }
    e->line[e->lines] = strdup(text);
    assert_non_null(e->line[e->lines++]);
}

static uint32_t number(const uint8_t **p)
{
    uint32_t v = 0;
    do
        v = v << 7 | (**p & 0x7F);
    while (*(*p)++ & 0x80);
    return v;
}

/* Bytes (n,) behind the text so far. */
static void print_bytes(char *text, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        sprintf(text + strlen(text), " %02X", p[i]);
}

static const uint8_t *list_event(const uint8_t *p, unsigned long long tick, int *running,
                                 smf_events *out)
{
    static char text[3 * SMF_ROOM];
    int status = *p;
    if (status < 0x80)
        status = *running;
    else
        p++;
    if (status >= 0xF0) {
        const int type = status == 0xFF ? *p++ : 0;
        const uint32_t n = number(&p);
        sprintf(text, "%llu %s %02X:", tick, status == 0xFF ? "meta" : "system",
                status == 0xFF ? type : status);
        print_bytes(text, p, n);
        if (status != 0xFF || type != 0x2F)
            add_line(out, text);
        return p + n;
    }
    *running = status;
    const size_t n = (status & 0xE0) == 0xC0 ? 1 : 2;
    uint8_t data[2] = { p[0], n == 2 ? p[1] : 0 };
    int kind = status & 0xF0;
    if (kind == 0x90 && !data[1]) {
        kind = 0x80;
        data[1] = 64;
    }
    sprintf(text, "%llu ch %d: %02X", tick, status & 0x0F, kind);
    print_bytes(text, data, n);
    add_line(out, text);
    return p + n;
}

static int compare_lines(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void smf_list(const uint8_t *bytes, size_t n, smf_events *out)
{
    const uint8_t *p = bytes, *const end = bytes + n;
    *out = (smf_events) { 0 };
    while (p < end) {
        const size_t size = (size_t)p[4] << 24 | (size_t)p[5] << 16 | (size_t)p[6] << 8 | p[7];
        const uint8_t *const stop = p + 8 + size;
        const int is_track = memcmp(p, "MTrk", 4) == 0;
        unsigned long long tick = 0;
        int running = 0;
        for (p += 8; is_track && p < stop;) {
            tick += number(&p);
            p = list_event(p, tick, &running, out);
        }
        p = stop;
    }
    assert_ptr_equal(p, end);
    if (out->lines)
        qsort(out->line, out->lines, sizeof *out->line, compare_lines);
}

void smf_list_free(smf_events *e)
{
    for (size_t i = 0; i < e->lines; i++)
        free(e->line[i]);
    free(e->line);
}

void smf_check_kept(const smf_events *before, const smf_events *after, size_t *more)
{
    size_t k = 0;
    *more = 0;
    for (size_t i = 0; i < before->lines; i++, k++) {
        while (k < after->lines && strcmp(after->line[k], before->line[i]) < 0) {
            k++;
            ++*more;
        }
        if (k == after->lines || strcmp(after->line[k], before->line[i]) != 0)
            fail_msg("lost: %.200s", before->line[i]);
    }
    *more += after->lines - k;
}

/* ---- scores ---- */

static int same_message(const snq_track *a, const snq_message *m, const snq_track *b,
                        const snq_message *n)
{
    return m->tick == n->tick && m->status == n->status && m->a == n->a && m->b == n->b &&
           m->length == n->length &&
           (!m->length || memcmp(a->bytes + m->at, b->bytes + n->at, m->length) == 0);
}

/* Each message of a is one of b. */
static void check_same_messages(const snq_track *a, const snq_track *b)
{
    char *used = calloc(b->messages + 1, 1);
    assert_non_null(used);
    assert_int_equal(a->messages, b->messages);
    for (size_t i = 0; i < a->messages; i++) {
        size_t k = 0;
        while (k < b->messages && (used[k] || !same_message(a, &a->message[i], b, &b->message[k])))
            k++;
        if (k == b->messages)
            fail_msg("track \"%s\": message %zu is missing", a->name, i);
        used[k] = 1;
    }
    free(used);
}

static void check_same_track(const snq_track *a, const snq_track *b)
{
    assert_string_equal(a->name, b->name);
    assert_string_equal(a->kind, b->kind);
    assert_int_equal(a->program, b->program);
    assert_int_equal(a->channel, b->channel);
    assert_int_equal(a->port, b->port);
    assert_int_equal(a->notes, b->notes);
    for (size_t i = 0; i < a->notes; i++) {
        const snq_note *m = &a->note[i], *n = &b->note[i];
        assert_int_equal(m->tick, n->tick);
        assert_int_equal(m->length, n->length);
        assert_int_equal(m->pitch, n->pitch);
        assert_int_equal(m->velocity, n->velocity);
        assert_int_equal(m->release, n->release);
        check_near((double)m->offset_s, (double)n->offset_s, 0.0);
        check_near((double)m->cents, (double)n->cents, 0.0);
    }
    check_same_messages(a, b);
}

static void check_same_sections(const snq_score *a, const snq_score *b)
{
    char *used = calloc(b->sections + 1, 1);
    assert_non_null(used);
    assert_int_equal(a->sections, b->sections);
    for (size_t i = 0; i < a->sections; i++) {
        size_t k = 0;
        while (k < b->sections && (used[k] || b->section[k].start != a->section[i].start ||
                                   strcmp(b->section[k].name, a->section[i].name) != 0))
            k++;
        if (k == b->sections)
            fail_msg("section %zu, \"%s\", is missing", i, a->section[i].name);
        used[k] = 1;
        assert_int_equal(a->section[i].end, b->section[i].end);
    }
    free(used);
}

void check_same_score(const snq_score *a, const snq_score *b)
{
    assert_string_equal(a->title, b->title);
    assert_int_equal(a->ticks_per_quarter, b->ticks_per_quarter);
    assert_int_equal(a->length, b->length);
    assert_int_equal(a->tempos, b->tempos);
    for (size_t i = 0; i < a->tempos; i++) {
        assert_int_equal(a->tempo[i].tick, b->tempo[i].tick);
        check_near(a->tempo[i].bpm, b->tempo[i].bpm, 0.0);
    }
    assert_int_equal(a->metres, b->metres);
    for (size_t i = 0; i < a->metres; i++) {
        assert_int_equal(a->metre[i].tick, b->metre[i].tick);
        assert_int_equal(a->metre[i].beats_per_bar, b->metre[i].beats_per_bar);
        assert_int_equal(a->metre[i].beat_unit, b->metre[i].beat_unit);
    }
    assert_int_equal(a->keys, b->keys);
    for (size_t i = 0; i < a->keys; i++) {
        assert_int_equal(a->key[i].tick, b->key[i].tick);
        assert_int_equal(a->key[i].tonic, b->key[i].tonic);
        assert_int_equal(a->key[i].mode, b->key[i].mode);
        assert_int_equal(a->key[i].fifths, b->key[i].fifths);
    }
    check_same_sections(a, b);
    assert_int_equal(a->tracks, b->tracks);
    for (size_t i = 0; i < a->tracks; i++)
        check_same_track(&a->track[i], &b->track[i]);
}

void check_round_trip(const smf *f, const char *codes, snq_str *written)
{
    snq_score first, second;
    snq_str again;
    smf_events before, after;
    size_t more;
    snq_warnings w = { 0 };
    smf_read(f, &first, codes);
    snq_str_init(written, 4 * SMF_ROOM);
    snq_str_init(&again, 4 * SMF_ROOM);
    check_ok(snq_midi_write(&first, written));
    check_ok(snq_midi_read(written->text, written->length, &second, &w));
    assert_int_equal(w.count, 0);
    check_same_score(&first, &second);
    check_ok(snq_midi_write(&second, &again));
    assert_int_equal(written->length, again.length);
    assert_memory_equal(written->text, again.text, again.length);
    smf_list(f->bytes, f->n, &before);
    smf_list((const uint8_t *)written->text, written->length, &after);
    smf_check_kept(&before, &after, &more);
    smf_list_free(&before);
    smf_list_free(&after);
    snq_str_clear(&again);
    snq_score_clear(&first);
    snq_score_clear(&second);
}

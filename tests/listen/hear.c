// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "hear.h"

#include "base/str.h"
#include "listen/listener.h"

void hear_blocks(const snq_audio *a, const snq_position *position, const char *id, size_t block,
                 snq_hearing *h)
{
    const snq_analyser *one = id ? snq_analyser_find(id) : NULL;
    snq_listener_cfg cfg = { .rate_hz = a->rate_hz, .channels = a->channels, .position = position };
    snq_listener *l;
    if (id) {
        assert_non_null(one);
        cfg.analyser = &one;
        cfg.analysers = 1;
    }
    snq_hearing_init(h);
    h->file.path = "test";
    check_ok(snq_listener_new(&cfg, h, &l));
    for (size_t at = 0; at < a->frames; at += block) {
        const snq_audio part = snq_audio_part(a, at, block);
        check_ok(snq_listener_push(l, &part));
    }
    check_ok(snq_listener_finish(l));
    snq_listener_free(l);
    h->file.duration_s = (double)a->frames / a->rate_hz;
}

void hear(const snq_audio *a, const char *id, snq_hearing *h)
{
    hear_blocks(a, NULL, id, 5000, h);
}

char *hear_document(const snq_hearing *h)
{
    snq_str out;
    snq_json j;
    snq_str_init(&out, 1 << 24);
    snq_json_init(&j, snq_json_to_str, &out);
    snq_hearing_json(&j, h, 0);
    check_ok(snq_json_finish(&j));
    char *text = strdup(snq_str_text(&out));
    snq_str_clear(&out);
    return text;
}

// SPDX-License-Identifier: MIT
#include "jobs/score_texts.h"

#include "base/json.h"
#include "base/str.h"
#include "score/midi.h"
#include "score/score_json.h"

enum { TEXT_BYTES_MAX = 1 << 30 };

static snq_status put_json(const snq_score *score, snq_str *to)
{
    snq_json j;
    snq_json_init(&j, snq_json_to_str, to);
    snq_score_json(&j, score);
    SNQ_TRY(snq_json_finish(&j));
    snq_str_put(to, "\n");
    return to->st;
}

static snq_status write(const snq_score *score, snq_status (*put)(const snq_score *s, snq_str *to),
                        const char *name, snq_folder_output *folder)
{
    snq_str text;
    snq_str_init(&text, TEXT_BYTES_MAX);
    snq_status st = put(score, &text);
    if (st >= 0)
        st = snq_folder_output_text(folder, name, &text);
    snq_str_clear(&text);
    return st;
}

snq_status snq_score_texts_write(const snq_score *score, snq_folder_output *folder)
{
    SNQ_TRY(write(score, put_json, "score.json", folder));
    return write(score, snq_midi_write, "score.mid", folder);
}

// SPDX-License-Identifier: MIT
/* midi-tool -- MIDI files and scores, for tests/e2e/test_midi.py.
 *
 *     midi-tool again IN.mid OUT.mid      read and write
 *     midi-tool show IN.mid OUT.json      read, and write the score as JSON
 *     midi-tool write IN.json OUT.mid     the other way
 *
 * A line to stderr for each warning ("code offset message") and for an error; exit status 1. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/json_read.h"
#include "base/str.h"
#include "score/midi.h"
#include "score/score_json.h"

enum { FILE_MAX = 1 << 28 };

static snq_status read_file(const char *path, snq_str *to)
{
    char block[65536];
    size_t n;
    FILE *in = fopen(path, "rb");
    if (!in)
        return SNQ_FAIL(SNQ_ERR_IO, "%s can't be read", path);
    while ((n = fread(block, 1, sizeof block, in)) > 0)
        snq_str_put_bytes(to, block, n);
    fclose(in);
    return to->st;
}

static snq_status write_file(const char *path, const snq_str *from)
{
    FILE *to = fopen(path, "wb");
    int ok = to && fwrite(snq_str_text(from), 1, from->length, to) == from->length;
    ok = to && fclose(to) == 0 && ok;
    return ok ? SNQ_OK : SNQ_FAIL(SNQ_ERR_IO, "%s can't be written", path);
}

static snq_status read_midi(const snq_str *in, snq_score *s)
{
    static snq_warnings warnings;
    const snq_status st = snq_midi_read(in->text, in->length, s, &warnings);
    for (uint32_t i = 0; i < warnings.count; i++)
        fprintf(stderr, "%s %lld %s\n", warnings.item[i].code,
                (long long)warnings.item[i].offset_bytes, warnings.item[i].message);
    return st;
}

static snq_status read_json(const snq_str *in, snq_score *s)
{
    snq_json_doc *doc;
    SNQ_TRY(snq_json_parse("score", in->text, in->length, &doc));
    const snq_json_ref root = snq_json_root(doc);
    const snq_status st = snq_score_from_json(&root, s);
    snq_json_doc_free(doc);
    return st;
}

static snq_status write_json(const snq_score *s, snq_str *out)
{
    snq_json j;
    snq_json_init(&j, snq_json_to_str, out);
    snq_score_json(&j, s);
    return snq_json_finish(&j);
}

static snq_status run(const char *what, const char *from, const char *to)
{
    snq_str in, out;
    snq_score s;
    snq_status st;
    snq_score_init(&s);
    snq_str_init(&in, FILE_MAX);
    snq_str_init(&out, FILE_MAX);
    SNQ_GOTO(read_file(from, &in));
    SNQ_GOTO(strcmp(what, "write") == 0 ? read_json(&in, &s) : read_midi(&in, &s));
    SNQ_GOTO(strcmp(what, "show") == 0 ? write_json(&s, &out) : snq_midi_write(&s, &out));
    SNQ_GOTO(write_file(to, &out));
fail:
    snq_score_clear(&s);
    snq_str_clear(&in);
    snq_str_clear(&out);
    return st;
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    if (run(argv[1], argv[2], argv[3]) >= 0)
        return 0;
    fprintf(stderr, "%s\n", snq_last_error());
    return 1;
}

// SPDX-License-Identifier: MIT
#include "jobs/prompt_job.h"

#include <string.h>

#include "base/alloc.h"
#include "base/json_read.h"
#include "jobs/data_folders.h"

#define LANGUAGE "english"

static snq_status visit(void *user, const char *path, const char *name, int own)
{
    snq_lexicon **out = user;
    snq_text_file f;
    snq_json_doc *doc;
    (void)own; /* whose comes first counts */
    if (*out || strcmp(name, LANGUAGE) != 0)
        return SNQ_OK;
    SNQ_TRY(snq_text_file_read(path, SNQ_LEXICON_BYTES_MAX, &f));
    snq_status st = snq_json_parse(path, f.bytes, f.length, &doc);
    if (st >= 0) {
        const snq_json_ref root = snq_json_root(doc);
        st = snq_lexicon_new(&root, out);
        snq_json_doc_free(doc);
    }
    snq_free(f.bytes);
    return st;
}

snq_status snq_prompt_job_lexicon(snq_lexicon **out)
{
    *out = NULL;
    snq_status st = snq_data_folders_walk("lexicon", visit, out);
    if (st >= 0 && !*out)
        st = SNQ_FAIL(SNQ_ERR_NOT_FOUND, "there is no lexicon/" LANGUAGE ".json");
    if (st < 0) {
        snq_lexicon_free(*out);
        *out = NULL;
    }
    return st == SNQ_ERR_NOT_FOUND ? SNQ_ERR_UNSUPPORTED : st; /* a part of our own is missing */
}

snq_status snq_prompt_job_read(const snq_lexicon *l, const char *prompt,
                               const snq_brief_flags *flags, snq_brief *brief)
{
    SNQ_TRY(snq_prompt_read(l, prompt, strlen(prompt), brief));
    if (flags)
        snq_brief_override(brief, flags);
    return SNQ_OK;
}

/* All names in one line. */
static snq_str names_of(const char *const *names, size_t n)
{
    snq_str s;
    snq_str_init(&s, SNQ_ERROR_MAX);
    for (size_t i = 0; i < n; i++) {
        snq_str_put(&s, i ? ", " : "");
        snq_str_put(&s, names[i]);
    }
    return s;
}

snq_status snq_prompt_job_style(const char *id, int *genre)
{
    for (int g = 0; g < SNQ_GENRES; g++)
        if (strcmp(id, snq_genre_names[g]) == 0) {
            *genre = g;
            return SNQ_OK;
        }
    snq_str all = names_of(snq_genre_names, SNQ_GENRES);
    const snq_status st =
        SNQ_FAIL(SNQ_ERR_NOT_FOUND, "\"%s\" is none of %s", id, snq_str_text(&all));
    snq_str_clear(&all);
    return st;
}

snq_status snq_prompt_job_parts(const char *list, uint8_t *set)
{
    *set = 0;
    for (const char *p = list;; p++) {
        const size_t n = strcspn(p, ",");
        int part = 0;
        while (part < SNQ_PART_mix &&
               (strlen(snq_part_names[part]) != n || memcmp(p, snq_part_names[part], n) != 0))
            part++;
        if (part == SNQ_PART_mix) {
            snq_str all = names_of(snq_part_names, SNQ_PART_mix);
            const snq_status st =
                SNQ_FAIL(SNQ_ERR_FORMAT, "\"%.*s\" is none of %s", (int)n, p, snq_str_text(&all));
            snq_str_clear(&all);
            return st;
        }
        *set |= (uint8_t)(1u << part);
        p += n;
        if (!*p)
            return SNQ_OK;
    }
}

void snq_prompt_job_json(snq_json *j, const char *prompt, const snq_brief *brief)
{
    snq_json_object(j);
    snq_json_put_string(j, "schema", "sonique/compose-brief/1");
    snq_json_put_string(j, "prompt", prompt);
    snq_json_key(j, "brief");
    snq_brief_json(j, brief);
    snq_json_end(j);
}

// SPDX-License-Identifier: MIT
#include "jobs/session_rig.h"

#include <ftw.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "support/check.h"

#define SOUND(name, kind, patch) \
    "{\"name\": \"" name "\", \"kind\": \"" kind "\", \"sounds\": [{\"patch\": \"" patch "\"}]}"
#define HOUSE                      \
    SOUND("drums", "drums", "kit") \
    ", " SOUND("bass", "bass", "sub_bass") ", " SOUND("keys", "harmony", "soft_keys")

static char style_text[4096];
static snq_style *style;
static snq_str text;

void rig_put_style(const char *id, const char *tracks)
{
    char name[64];
    snprintf(
        style_text, sizeof style_text,
        "{\"schema\": \"sonique/style/1\", \"id\": \"%s\", \"name\": \"A\", \"tempo\": {\"bpm\": "
        "120, \"range\": [120, 120]}, \"modes\": {\"minor\": 1}, \"tracks\": [%s]}",
        id, tracks);
    snprintf(name, sizeof name, "data/styles/%s.json", id);
    rig_put_text(name, style_text);
}

int session_rig_begin(void **state)
{
    snq_json_doc *doc;
    if (render_rig_begin(state) || mkdir(rig_path("data/styles"), 0755) ||
        mkdir(rig_path("data/styles/tables"), 0755))
        return -1;
    rig_put_text("data/styles/tables/sounds.json",
                 "{\"schema\":\"sonique/sounds/1\",\"instruments\":{},\"parts\":{},\"eras\":{}}");
    rig_put_style("house", HOUSE);
    check_ok(snq_json_parse("house.json", style_text, strlen(style_text), &doc));
    const snq_json_ref root = snq_json_root(doc);
    check_ok(snq_style_from_json(&root, &style));
    snq_json_doc_free(doc);
    snq_str_init(&text, 1 << 24);
    return 0;
}

int session_rig_end(void **state)
{
    snq_style_free(style);
    style = NULL;
    snq_str_clear(&text);
    return render_rig_end(state);
}

const snq_style *rig_style(void)
{
    return style;
}

void rig_session(snq_session *s)
{
    static const snq_sound_table sounds;
    snq_session_init(s);
    s->brief.bars = 1;
    check_ok(snq_intent_decide(&s->brief, style, &sounds, 7, &s->intent));
    assert_int_equal(s->intent.tracks, 3);
    snprintf(s->style, sizeof s->style, "%s", style->id);
    s->prompt = snq_strdup("a \"test\" of \xc3\xbc");
    for (uint32_t i = 0; i < s->intent.tracks; i++) {
        s->track[i].made = 1;
        s->track[i].seed = snq_session_track_seed(7, s->intent.track[i].name, 1);
    }
    check_ok(snq_session_did(s, "compose", "", NULL));
}

const char *rig_session_text(const snq_session *s, const snq_mix_plan *mix)
{
    snq_json j;
    snq_str_clear(&text);
    snq_str_init(&text, 1 << 24);
    snq_json_init(&j, snq_json_to_str, &text);
    snq_session_json(&j, s, mix);
    check_ok(snq_json_finish(&j));
    return snq_str_text(&text);
}

static snq_status find_style(void *user, const char *id, const snq_style **out)
{
    *out = strcmp(id, style->id) == 0 ? style : NULL;
    return *out ? SNQ_OK : SNQ_FAIL(SNQ_ERR_NOT_FOUND, "nobody plays \"%s\"", id);
}

snq_status rig_session_read(const char *from, snq_session *s)
{
    snq_json_doc *doc;
    memset(s, 0, sizeof *s);
    SNQ_TRY(snq_json_parse("session.json", from, strlen(from), &doc));
    const snq_json_ref root = snq_json_root(doc);
    const snq_status st = snq_session_from_json(&root, find_style, NULL, s);
    snq_json_doc_free(doc);
    return st;
}

snq_status rig_compose(const char *name, uint64_t seed)
{
    char path[128];
    snq_composition c;
    snq_brief b;
    snprintf(path, sizeof path, "work/%s", name);
    snq_brief_init(&b);
    b.bars = 2;
    b.bpm = 240.0;
    const snq_compose_job_cfg cfg = { .prompt = "a test",
                                      .brief = &b,
                                      .style = "house",
                                      .out = rig_path(path),
                                      .seed = seed,
                                      .run = { .threads = 1 } };
    const snq_status st = snq_compose_job_run(&cfg, &c);
    snq_composition_clear(&c);
    snq_brief_clear(&b);
    return st;
}

char *rig_bytes(const char *name, size_t *n)
{
    struct stat info;
    FILE *f = fopen(rig_path(name), "r");
    if (!f || fstat(fileno(f), &info) != 0)
        fail_msg("%s is not there", name);
    char *bytes = malloc((size_t)info.st_size + 1);
    *n = fread(bytes, 1, (size_t)info.st_size, f);
    bytes[*n] = '\0';
    fclose(f);
    return bytes;
}

void rig_replace(const char *name, const char *what, const char *by)
{
    size_t n;
    char *was = rig_bytes(name, &n), *at = strstr(was, what);
    if (!at)
        fail_msg("%s: no %s", name, what);
    FILE *f = fopen(rig_path(name), "w");
    assert_non_null(f);
    fwrite(was, 1, (size_t)(at - was), f);
    fputs(by, f);
    fputs(at + strlen(what), f);
    assert_int_equal(fclose(f), 0);
    free(was);
}

static uint64_t hash;

/* Order must not matter: the sum of the files' hashes. */
static int add_one(const char *path, const struct stat *info, int flag, struct FTW *at)
{
    uint64_t h = 0xcbf29ce484222325u;
    (void)info, (void)at;
    for (const char *p = path; *p; p++)
        h = (h ^ (uint8_t)*p) * 0x100000001b3u;
    FILE *f = flag == FTW_F ? fopen(path, "r") : NULL;
    for (int c = f ? fgetc(f) : EOF; c != EOF; c = fgetc(f))
        h = (h ^ (uint8_t)c) * 0x100000001b3u;
    if (f)
        fclose(f);
    hash += h;
    return 0;
}

uint64_t rig_digest(const char *name)
{
    hash = 0;
    assert_int_equal(nftw(rig_path(name), add_one, 8, FTW_PHYS), 0);
    return hash;
}

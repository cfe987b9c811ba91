// SPDX-License-Identifier: MIT
#include "jobs/render_rig.h"

#include <dirent.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/check.h"

#define PATCH(id, family, engine, more)                                                            \
    "{\"schema\": \"sonique/patch/1\", \"id\": \"" id "\", \"name\": \"A\", \"family\": \"" family \
    "\", \"about\": \"A.\", \"taste\": \"Any.\", \"engine\": \"" engine                            \
    "\", \"range\": [0, 127], " more "}"
#define VOICE(source) "\"sources\": [\"" source "\"], \"matrix\": [], "

static const struct {
    const char *name, *text;
} data_tab[] = {
    { "soft_keys",
      PATCH("soft_keys", "keys", "voice", VOICE("wave") "\"params\": {\"amp_release_s\": 0.05}") },
    { "sub_bass",
      PATCH("sub_bass", "bass", "voice", VOICE("wave") "\"params\": {\"amp_release_s\": 0.05}") },
    { "kit", PATCH("kit", "drums", "drums", "\"params\": {}") },
    { "sample_kit", PATCH("sample_kit", "drums", "voice",
                          VOICE("sample") "\"recordings\": [\"kit\"], \"params\": {}") },
    { "tables/general_midi",
      "{\"schema\": \"sonique/general-midi/1\", \"drums\": \"kit\", \"programs\": [[0, 31, "
      "\"soft_keys\"], [32, 39, \"sub_bass\"], [40, 127, \"soft_keys\"]]}" },
};

enum { PATHS = 64 };

static char root[64];
static char path_name[PATHS][64], path_tab[PATHS][256];
static int paths;

const char *rig_path(const char *name)
{
    int i = 0;
    while (i < paths && strcmp(path_name[i], name) != 0)
        i++;
    assert_true(i < PATHS);
    if (i == paths) {
        paths++;
        snprintf(path_name[i], sizeof path_name[i], "%s", name);
        snprintf(path_tab[i], sizeof path_tab[i], "%s/%s", root, name);
    }
    return path_tab[i];
}

void rig_put(const char *name, const void *bytes, size_t n)
{
    FILE *f = fopen(rig_path(name), "w");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

void rig_put_text(const char *name, const char *text)
{
    rig_put(name, text, strlen(text));
}

int rig_entries(const char *name)
{
    int n = -2;
    DIR *d = opendir(rig_path(name));
    if (!d)
        return -1;
    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

int render_rig_begin(void **state)
{
    paths = 0;
    strcpy(root, "/tmp/snq_render.XXXXXX");
    if (!mkdtemp(root) || mkdir(rig_path("data"), 0755) || mkdir(rig_path("data/patches"), 0755) ||
        mkdir(rig_path("data/patches/tables"), 0755) || mkdir(rig_path("work"), 0755))
        return -1;
    for (size_t i = 0; i < SNQ_COUNT(data_tab); i++) {
        char name[64];
        snprintf(name, sizeof name, "data/patches/%s.json", data_tab[i].name);
        rig_put_text(name, data_tab[i].text);
    }
    *state = NULL;
    return setenv("SNQ_DATA", rig_path("data"), 1);
}

static int remove_one(const char *path, const struct stat *info, int flag, struct FTW *at)
{
    (void)info, (void)flag, (void)at;
    return remove(path);
}

int render_rig_end(void **state)
{
    (void)state;
    unsetenv("SNQ_DATA");
    return nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

const char *rig_track(const char *name, const char *more, int pitches, ...)
{
    static char text[8][2048];
    static unsigned turn;
    char *to = text[turn++ % 8];
    va_list list;
    size_t n = (size_t)snprintf(to, 2048, "{\"name\": \"%s\"%s, \"notes\": [", name, more);
    va_start(list, pitches);
    for (int i = 0; i < pitches; i++)
        n += (size_t)snprintf(to + n, 2048 - n,
                              "%s{\"at\": %d, \"length\": 0.5, \"pitch\": %d, \"velocity\": 100}",
                              i ? ", " : "", i, va_arg(list, int));
    va_end(list);
    assert_true(n + 3 < 2048);
    snprintf(to + n, 2048 - n, "]}");
    return to;
}

const char *rig_score(const char *tracks, int quarters)
{
    static char text[1 << 17];
    const int n = snprintf(text, sizeof text,
                           "{\"schema\": \"sonique/score/1\", \"title\": \"A test\", \"length\": "
                           "%d, \"tempo\": [{\"at\": 0, \"bpm\": 120}], \"tracks\": [%s]}",
                           quarters, tracks);
    assert_true(n < (int)sizeof text);
    rig_put_text("score.json", text);
    return rig_path("score.json");
}

const char *rig_band(void)
{
    char tracks[8192];
    snprintf(tracks, sizeof tracks, "%s, %s, %s, %s",
             rig_track("drums", ", \"channel\": 9", 4, 36, 38, 42, 36),
             rig_track("bass", ", \"patch\": \"sub_bass\"", 4, 33, 36, 33, 40),
             rig_track("keys", ", \"pan\": -0.5", 3, 60, 64, 67), rig_track("nothing", "", 0));
    return rig_score(tracks, 4);
}

snq_render_job_cfg rig_cfg(const char *input)
{
    snq_render_job_cfg cfg = snq_render_job_cfg_default();
    cfg.input = input;
    cfg.out = rig_path("work/out");
    return cfg;
}

// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "jobs/kit_folder.h"
#include "jobs/render_plan.h"
#include "jobs/render_rig.h"
#include "media/audio_writer.h"

typedef struct made {
    snq_render_plan plan;
    snq_render_report report;
} made;

static snq_status make(const snq_render_job_cfg *cfg, made *m)
{
    m->report = (snq_render_report) { 0 };
    return snq_render_plan_make(cfg, &m->plan, &m->report);
}

static void unmake(made *m)
{
    snq_render_plan_clear(&m->plan);
    snq_render_plan_clear(&m->plan);
    snq_render_report_clear(&m->report);
}

/* It is refused with this status, and the text names this. */
static void refused(const snq_render_job_cfg *cfg, snq_status want, const char *says)
{
    made m;
    const snq_status st = make(cfg, &m);
    if (st != want || !strstr(snq_last_error(), says))
        fail_msg("%s: %s, want %s with \"%s\"", snq_status_name(st), snq_last_error(),
                 snq_status_name(want), says);
    unmake(&m);
}

static void has_stem(const made *m, uint32_t i, const char *name, const char *patch,
                     const char *file)
{
    const snq_render_stem *s = &m->report.stem[i];
    assert_true(i < m->report.stems);
    assert_string_equal(s->name, name);
    assert_string_equal(s->patch, patch);
    assert_string_equal(s->file, file);
    assert_string_equal(m->plan.part[i].patch->id, patch);
    assert_string_equal(m->plan.score.track[m->plan.part[i].track].name, name);
}

/* A part for each track that has notes, a strip for each part; what the report says of them. */
static void a_part_a_track(void **state)
{
    made m;
    snq_render_job_cfg cfg = rig_cfg(rig_band());
    check_ok(make(&cfg, &m));
    assert_int_equal(m.plan.score.tracks, 4);
    assert_int_equal(m.plan.parts, 3);
    assert_int_equal(m.plan.tracks, 3);
    assert_int_equal(m.report.stems, 3);
    has_stem(&m, 0, "drums", "kit", "stems/drums.wav");
    has_stem(&m, 1, "bass", "sub_bass", "stems/bass.wav");
    has_stem(&m, 2, "keys", "soft_keys", "stems/keys.wav");
    assert_string_equal(m.report.title, "A test");
    assert_int_equal(m.report.rate_hz, SNQ_RENDER_RATE_HZ);
    assert_int_equal(m.plan.mix.strips, 3);
    assert_string_equal(m.plan.mix.strip[1].name, "bass");
    check_ok(snq_mix_plan_check(&m.plan.mix));
    assert_true(m.report.mastered && m.report.target_lufs == m.plan.mix.master.target_lufs);
    assert_int_equal(m.report.warnings.count, 0);
    unmake(&m);
    cfg.dry = 1;
    check_ok(make(&cfg, &m));
    assert_true(m.plan.parts == 3 && m.plan.mix.strips == 0 && !m.report.mastered);
    unmake(&m);
}

static void drums_have_lanes(void **state)
{
    made m;
    snq_render_job_cfg cfg = rig_cfg(rig_band());
    cfg.lanes = 1;
    check_ok(make(&cfg, &m));
    assert_int_equal(m.plan.parts, 6);
    assert_int_equal(m.plan.tracks, 3);
    static const struct {
        int pitch;
        const char *lane, *file;
    } want[] = { { 36, "kick", "stems/lanes/drums.kick.wav" },
                 { 38, "snare", "stems/lanes/drums.snare.wav" },
                 { 42, "hat_closed", "stems/lanes/drums.hat_closed.wav" } };
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(m.plan.part[3 + i].only_pitch, want[i].pitch);
        assert_string_equal(m.report.stem[3 + i].lane, want[i].lane);
        has_stem(&m, 3 + i, "drums", "kit", want[i].file);
        assert_int_equal(m.plan.part[i].only_pitch, -1);
        assert_int_equal(m.plan.mix.strip[3 + i].name[0], 0x1F); /* no track's name */
        assert_int_equal(m.plan.mix.strip[3 + i].sends, 0);
    }
    assert_int_equal(m.plan.mix.strips, 6);
    unmake(&m);
}

/* Names that become one file's; tracks that are without notes take none. */
static void stems_of_like_names(void **state)
{
    made m;
    char tracks[4096];
    snprintf(tracks, sizeof tracks, "%s, %s, %s", rig_track("a/b", "", 1, 60),
             rig_track("A b", "", 1, 62), rig_track("a:b", "", 0));
    snq_render_job_cfg cfg = rig_cfg(rig_score(tracks, 4));
    cfg.format = SNQ_AUDIO_FORMAT_FLAC;
    check_ok(make(&cfg, &m));
    assert_int_equal(m.plan.parts, 2);
    has_stem(&m, 0, "a/b", "soft_keys", "stems/a_b.flac");
    has_stem(&m, 1, "A b", "soft_keys", "stems/A_b_2.flac");
    unmake(&m);
}

static void nothing_to_play(void **state)
{
    made m;
    snq_render_job_cfg cfg = rig_cfg(rig_score("", 4));
    cfg.lanes = 1;
    check_ok(make(&cfg, &m));
    assert_int_equal(m.plan.parts, 0);
    assert_int_equal(m.report.stems, 0);
    unmake(&m);
}

/* Format 0: program 0, then 33 on channel 1; drums on channel 10. */
static const uint8_t midi[] = {
    'M', 'T',  'h',  'd', 0, 0, 0, 6,  0, 0, 0, 1, 0, 96, /* 96 ticks a quarter */
    'M', 'T',  'r',  'k', 0, 0, 0, 48,                    /* */
    0,   0xC0, 0,                                         /* program 0 */
    0,   0x90, 60,   100,                                 /* */
    0,   0x99, 36,   100,                                 /* a kick */
    96,  0x80, 60,   0,                                   /* */
    0,   0x89, 36,   0,                                   /* */
    0,   0xC0, 33,                                        /* a bass from here on */
    0,   0x90, 40,   100,                                 /* */
    96,  0x80, 40,   0,                                   /* */
    0,   0xC0, 0,                                         /* and back */
    0,   0x90, 62,   90,                                  /* */
    96,  0x80, 62,   0,                                   /* */
    0,   0xFF, 0x2F, 0,                                   /* end */
    0,                                                    /* (padding of the chunk) */
};
enum { MIDI_BYTES = sizeof midi - 1 };

static uint32_t notes_of(const made *m, uint32_t part)
{
    return (uint32_t)m->plan.score.track[m->plan.part[part].track].notes;
}

/* One track, one instrument: what changes its program is played by two. */
static void a_track_for_each_program(void **state)
{
    made m;
    uint8_t file[sizeof midi];
    memcpy(file, midi, sizeof midi);
    file[21] = MIDI_BYTES - 22;
    rig_put("a.mid", file, MIDI_BYTES);
    snq_render_job_cfg cfg = rig_cfg(rig_path("a.mid"));
    check_ok(make(&cfg, &m));
    assert_int_equal(m.plan.parts, 3);
    uint32_t seen = 0;
    for (uint32_t i = 0; i < 3; i++) {
        const snq_track *t = &m.plan.score.track[m.plan.part[i].track];
        const char *patch = t->channel == 9 ? "kit" : t->program == 33 ? "sub_bass" : "soft_keys";
        assert_string_equal(m.report.stem[i].patch, patch);
        assert_int_equal(notes_of(&m, i), t->channel == 0 && t->program == 0 ? 2 : 1);
        seen |= t->channel == 9 ? 1u : t->program == 33 ? 2u : 4u;
    }
    assert_int_equal(seen, 7);
    unmake(&m);
}

/* Whatever is cut off or turned over: an error that says something, or a plan that is sound. */
static void damage_is_told(void **state)
{
    made m;
    snq_render_job_cfg cfg = rig_cfg(rig_path("a.mid"));
    uint8_t file[sizeof midi];
    const int64_t live = snq_alloc_live();
    int fine = 0, bad = 0;
    cfg.dry = 1;
    for (size_t i = 0; i < 2 * MIDI_BYTES; i++) {
        memcpy(file, midi, sizeof midi);
        file[21] = MIDI_BYTES - 22;
        if (i >= MIDI_BYTES)
            file[i - MIDI_BYTES] ^= 0xFF;
        rig_put("a.mid", file, i < MIDI_BYTES ? i : MIDI_BYTES);
        const snq_status st = make(&cfg, &m);
        if (st < 0) {
            bad++;
            if (st != SNQ_ERR_FORMAT && st != SNQ_ERR_RANGE && st != SNQ_ERR_UNSUPPORTED &&
                st != SNQ_ERR_TOO_BIG)
                fail_msg("%zu: %s: %s", i, snq_status_name(st), snq_last_error());
            assert_true(strlen(snq_last_error()) > 8);
        } else {
            fine++;
            check_ok(snq_score_check(&m.plan.score));
        }
        unmake(&m);
        assert_int_equal(snq_alloc_live(), live);
    }
    assert_true(fine > 0 && bad > MIDI_BYTES / 2);
    const char *path = rig_band();
    char text[8192];
    FILE *f = fopen(path, "r");
    const size_t n = fread(text, 1, sizeof text, f);
    fclose(f);
    assert_true(n > 500 && n < sizeof text);
    cfg.input = rig_path("cut.json");
    for (size_t i = 0; i < n; i += 7) {
        rig_put("cut.json", text, i);
        assert_int_equal(make(&cfg, &m), SNQ_ERR_FORMAT);
        assert_non_null(strstr(snq_last_error(), i ? "line" : "offset 0"));
        unmake(&m);
    }
    assert_int_equal(snq_alloc_live(), live);
}

static void refusals_name_their_cause(void **state)
{
    snq_render_job_cfg cfg = rig_cfg(rig_path("none.json"));
    refused(&cfg, SNQ_ERR_NOT_FOUND, "No such file");
    cfg = rig_cfg(rig_path("data"));
    refused(&cfg, SNQ_ERR_FORMAT, "regular file");
    rig_put_text("a.txt", " \n no score");
    cfg = rig_cfg(rig_path("a.txt"));
    refused(&cfg, SNQ_ERR_FORMAT, "neither a score");
    cfg = rig_cfg(rig_score(rig_track("x", "", 1, 140), 4));
    refused(&cfg, SNQ_ERR_RANGE, "pitch");
    cfg = rig_cfg(rig_score(rig_track("x", ", \"patch\": \"nobody\"", 1, 60), 4));
    refused(&cfg, SNQ_ERR_NOT_FOUND, "\"nobody\"");
    const char *band = rig_band();
    for (int i = 0; i < 2; i++) {
        const snq_patch_choice c = { i ? "bass" : "who", i ? "nothing_such" : "sub_bass" };
        cfg = rig_cfg(band);
        cfg.choice = &c;
        cfg.choices = 1;
        refused(&cfg, SNQ_ERR_NOT_FOUND, i ? "no patch \"nothing_such\"" : "no track \"who\"");
    }
    cfg = rig_cfg(band);
    setenv("SNQ_DATA", rig_path("work"), 1);
    refused(&cfg, SNQ_ERR_UNSUPPORTED, "SNQ_DATA");
}

static void the_user_chooses(void **state)
{
    made m;
    const snq_patch_choice c[] = { { "BASS", "soft_keys" }, { "drums", "sub_bass" } };
    snq_render_job_cfg cfg = rig_cfg(rig_band());
    cfg.choice = c;
    cfg.choices = 2;
    cfg.lanes = 1;
    check_ok(make(&cfg, &m));
    assert_int_equal(m.plan.parts, 3); /* no drums, no lanes */
    has_stem(&m, 0, "drums", "sub_bass", "stems/drums.wav");
    has_stem(&m, 1, "bass", "soft_keys", "stems/bass.wav");
    unmake(&m);
}

/* How it is mixed may come from a file. */
static void a_mix_of_ones_own(void **state)
{
    made m;
    snq_render_job_cfg cfg = rig_cfg(rig_band());
    cfg.lanes = 1;
    cfg.mix = rig_path("mix.json");
    rig_put_text("mix.json", "{\"schema\": \"sonique/mix/1\", \"strips\": [{\"name\": \"keys\", "
                             "\"gain_db\": -7}, {\"name\": \"ghost\"}], \"master\": "
                             "{\"target_lufs\": -20}}");
    check_ok(make(&cfg, &m));
    assert_int_equal(m.plan.mix.strips, 6);
    check_near((double)m.plan.mix.strip[2].gain_db, -7.0, 1e-6);
    check_near((double)m.report.target_lufs, -20.0, 1e-6);
    assert_int_equal(m.report.warnings.count, 1); /* of the ghost */
    assert_non_null(strstr(m.report.warnings.item[0].message, "ghost"));
    unmake(&m);
    rig_put_text("mix.json", "{\"schema\": ");
    refused(&cfg, SNQ_ERR_FORMAT, "line 1");
    rig_put_text("mix.json", "{\"schema\": \"sonique/mix/1\", \"strips\": [{\"name\": \"keys\", "
                             "\"group\": \"nowhere\"}]}");
    refused(&cfg, SNQ_ERR_NOT_FOUND, "nowhere");
    cfg.mix = rig_path("none.json");
    refused(&cfg, SNQ_ERR_NOT_FOUND, "No such file");
}

static void a_kit_of_ones_own(void **state)
{
    static float x[2400];
    made m;
    snq_audio_writer *w;
    const snq_patch_choice c = { "drums", "kit" };
    snq_render_job_cfg cfg = rig_cfg(rig_band());
    cfg.kit = rig_path("kit");
    refused(&cfg, SNQ_ERR_NOT_FOUND, "kit");
    assert_int_equal(mkdir(rig_path("kit"), 0755), 0);
    refused(&cfg, SNQ_ERR_NOT_FOUND, "kit");
    for (int i = 0; i < 2400; i++)
        x[i] = (float)(0.5 * sin(0.05 * i));
    const snq_audio a = { { x }, 1, 48000, 2400 };
    snq_audio_writer_cfg wav = snq_audio_writer_cfg_default(SNQ_AUDIO_FORMAT_WAV);
    wav.channels = 1;
    check_ok(snq_audio_writer_open(rig_path("kit/kick.wav"), &wav, 0, &w));
    check_ok(snq_audio_writer_push(w, &a));
    check_ok(snq_audio_writer_close(w));
    rig_put_text("kit/snare.wav", "RIFF");
    check_ok(make(&cfg, &m));
    has_stem(&m, 0, "drums", SNQ_KIT_PATCH, "stems/drums.wav");
    has_stem(&m, 1, "bass", "sub_bass", "stems/bass.wav");
    assert_non_null(snq_warnings_find(&m.report.warnings, "kit_file"));
    unmake(&m);
    cfg.choice = &c; /* what the user says of a track goes first */
    cfg.choices = 1;
    check_ok(make(&cfg, &m));
    has_stem(&m, 0, "drums", "kit", "stems/drums.wav");
    unmake(&m);
    const volatile int cancel = 1;
    cfg.cancel = &cancel;
    refused(&cfg, SNQ_ERR_CANCELLED, "");
    unlink(rig_path("data/patches/sample_kit.json"));
    refused(&cfg, SNQ_ERR_UNSUPPORTED, SNQ_KIT_PATCH);
}

static void out_of_memory_leaves_nothing(void **state)
{
    made m;
    snq_render_job_cfg cfg = rig_cfg(rig_band());
    const int64_t live = snq_alloc_live();
    snq_status st = SNQ_ERR_NOMEM;
    int64_t n = 0;
    cfg.lanes = 1;
    for (; st == SNQ_ERR_NOMEM && n < 5000; n++) {
        snq_alloc_fail_after(n);
        st = make(&cfg, &m);
        snq_alloc_fail_after(-1);
        if (st < 0)
            unmake(&m);
        if (st < 0)
            assert_int_equal(snq_alloc_live(), live);
    }
    check_ok(st);
    assert_true(n > 50);
    unmake(&m);
    assert_int_equal(snq_alloc_live(), live);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, render_rig_begin, render_rig_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_part_a_track),
        TEST(drums_have_lanes),
        TEST(stems_of_like_names),
        TEST(nothing_to_play),
        TEST(a_track_for_each_program),
        TEST(damage_is_told),
        TEST(refusals_name_their_cause),
        TEST(the_user_chooses),
        TEST(a_mix_of_ones_own),
        TEST(a_kit_of_ones_own),
        TEST(out_of_memory_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

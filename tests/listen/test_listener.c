// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "hear.h"
#include "listen/listener.h"
#include "support/make_audio.h"
#include "support/sweep.h"

enum { RATE = 22050 };

/* An analyser that logs what it is told, and fails where it is asked to. */
static struct {
    int fail_at;  /* 1 begin, 2 block, 3 region begin, 4 region end, 5 finish */
    int64_t next; /* hop that the next block must begin with */
    int blocks, opened, closed, finished, freed, in_region;
} probe;

static int dummy;
static uint32_t listen_to_rate = RATE;

static snq_status answer(int at)
{
    return probe.fail_at == at ? SNQ_FAIL(SNQ_ERR_INTERNAL, "probe failed at %d", at) : SNQ_OK;
}

static snq_status probe_begin(const snq_analyser_setup *setup, void **state)
{
    assert_int_equal(setup->rate_hz, listen_to_rate);
    *state = probe.fail_at == 1 ? NULL : &dummy;
    return answer(1);
}

static snq_status probe_block(void *state, const snq_hop_block *b)
{
    assert_int_equal(b->first, probe.next);
    assert_true(b->hops > 0);
    probe.next += b->hops;
    probe.blocks++;
    return answer(2);
}

static snq_status probe_region_begin(void *state, int64_t first_hop)
{
    assert_int_equal(first_hop, probe.next);
    assert_false(probe.in_region);
    probe.in_region = 1;
    probe.opened++;
    return answer(3);
}

static snq_status probe_region_end(void *state, int64_t end_hop, snq_region *region)
{
    assert_int_equal(end_hop, probe.next);
    assert_true(probe.in_region);
    assert_true(region->span.end_s > region->span.start_s);
    probe.in_region = 0;
    probe.closed++;
    return answer(4);
}

static snq_status probe_finish(void *state, snq_hearing *h)
{
    probe.finished++;
    return answer(5);
}

static snq_status probe_whole(void *state, snq_hearing *h, snq_region *region)
{
    fail_msg("a failed analyser was called");
    return SNQ_OK;
}

static void probe_refuse(snq_hearing *h, snq_region *region, const char *reason)
{
    if (!region)
        h->stereo_reason = reason;
}

static void probe_free(void *state)
{
    probe.freed++;
}

static const snq_analyser probe_analyser = {
    .id = "probe",
    .title = "a probe",
    .version = "1",
    .needs = SNQ_NEED_REGIONS,
    .begin = probe_begin,
    .block = probe_block,
    .region_begin = probe_region_begin,
    .region_end = probe_region_end,
    .finish = probe_finish,
    .whole = probe_whole,
    .refuse = probe_refuse,
    .free = probe_free,
};

/* Two tones between silences. */
static snq_audio tones(float **own)
{
    const size_t n = 8 * RATE;
    float *x = *own = make_silence(n);
    add_sine(x, 2 * RATE, 3 * RATE, RATE, 440, 0.3, 0);
    add_sine(x, 5 * RATE, 7 * RATE, RATE, 880, 0.1, 0);
    return (snq_audio) { { x }, 1, RATE, n };
}

static void listen_to(const snq_audio *a, int fail_at, snq_hearing *h)
{
    const snq_analyser *const set[] = { &snq_regions_analyser, &probe_analyser,
                                        &snq_loudness_analyser };
    const snq_listener_cfg cfg = {
        .rate_hz = a->rate_hz, .channels = 1, .analyser = set, .analysers = 3, .timings = 1
    };
    snq_listener *l;
    memset(&probe, 0, sizeof probe);
    probe.fail_at = fail_at;
    snq_hearing_init(h);
    check_ok(snq_listener_new(&cfg, h, &l));
    check_ok(snq_listener_push(l, a));
    check_ok(snq_listener_finish(l));
    check_status(snq_listener_push(l, a), SNQ_ERR_STATE);
    check_status(snq_listener_finish(l), SNQ_ERR_STATE);
    snq_listener_free(l);
    assert_int_equal(probe.freed, 1);
}

static void calls_come_in_order(void **state)
{
    float *own;
    snq_hearing h;
    const snq_audio a = tones(&own);
    listen_to(&a, 0, &h);
    assert_int_equal(probe.next, 800);
    assert_int_equal(probe.opened, 2);
    assert_int_equal(probe.closed, 2);
    assert_int_equal(probe.finished, 1);
    assert_int_equal(h.regions, 2);
    check_near(h.region[0].span.start_s, 2.0, 0.03);
    check_near(h.region[0].span.end_s, 3.0, 0.03);
    check_near(h.region[1].level_dbfs.value, -23.01, 0.2);
    assert_int_equal(h.plugins, 3);
    for (uint32_t i = 0; i < 3; i++) {
        assert_string_equal(h.plugin[i].status, "ok");
        assert_true(h.plugin[i].ms >= 0);
    }
    snq_hearing_clear(&h);
    snq_free(own);
}

/* Wherever one analyser fails, it is named, not called again, and the others answer the same. */
static void a_failure_stays_alone(void **state)
{
    float *own;
    snq_hearing good, h;
    const snq_audio a = tones(&own);
    listen_to(&a, 0, &good);
    for (int at = 1; at <= 5; at++) {
        listen_to(&a, at, &h);
        assert_string_equal(h.plugin[1].status, "failed");
        assert_non_null(strstr(h.plugin[1].message, "probe failed at"));
        assert_string_equal(h.stereo_reason, "its analyser failed");
        assert_true(at == 1 ? probe.blocks == 0 : at == 2 ? probe.blocks == 1 : 1);
        assert_int_equal(probe.finished, at == 5);
        assert_string_equal(h.plugin[2].status, "ok");
        check_near(h.loudness.integrated_lufs.value, good.loudness.integrated_lufs.value, 0);
        assert_int_equal(h.regions, good.regions);
        snq_hearing_clear(&h);
    }
    snq_hearing_clear(&good);
    snq_free(own);
}

/* Every analyser of the registry can lose its sections. */
static void every_section_can_be_refused(void **state)
{
    uint32_t count;
    snq_hearing h;
    snq_region *region;
    const snq_analyser *const *all = snq_analysers(&count);
    snq_hearing_init(&h);
    check_ok(snq_hearing_add_region(&h, &region));
    for (uint32_t i = 0; i < count; i++) {
        assert_ptr_equal(snq_analyser_find(all[i]->id), all[i]);
        all[i]->refuse(&h, NULL, "why");
        if (all[i]->region_end || all[i]->whole)
            all[i]->refuse(&h, region, "why");
        all[i]->free(NULL);
    }
    assert_null(snq_analyser_find("nonsense"));
    assert_string_equal(h.regions_reason, "why");
    assert_string_equal(h.loudness_reason, "why");
    assert_string_equal(h.dynamics_reason, "why");
    assert_string_equal(h.spectrum_reason, "why");
    assert_string_equal(h.stereo_reason, "why");
    assert_string_equal(h.onsets_reason, "why");
    assert_string_equal(h.tempo_reason, "why");
    assert_string_equal(h.meter_reason, "why");
    assert_string_equal(h.beats_reason, "why");
    assert_string_equal(h.groove_reason, "why");
    assert_string_equal(h.key_reason, "why");
    assert_string_equal(h.chords_reason, "why");
    assert_string_equal(region->tempo_reason, "why");
    assert_string_equal(region->key_reason, "why");
    assert_string_equal(region->loudness_reason, "why");
    assert_string_equal(region->dynamics_reason, "why");
    assert_string_equal(region->spectrum_reason, "why");
    assert_string_equal(region->level_dbfs.reason, "why");
    snq_hearing_clear(&h);
}

/* The whole document is the same for any block size. */
static void block_sizes_do_not_matter(void **state)
{
    const size_t n = 40 * RATE;
    float *l = make_silence(n), *r = make_silence(n);
    for (size_t s = 0; s < 40; s += 4) {
        add_sine(l, s * RATE, (s + 2) * RATE, RATE, 220.0 * (double)(s + 1), 0.2, 0);
        add_noise(r, (s + 1) * RATE, (s + 3) * RATE, 0.05, s);
    }
    add_noise(l, 0, n, 0.0003, 77);
    const snq_audio a = { { l, r }, 2, RATE, n };
    snq_hearing h;
    hear_blocks(&a, NULL, NULL, 8192, &h);
    char *want = hear_document(&h);
    snq_hearing_clear(&h);
    static const size_t blocks[] = { 100, 4410, 65536, 1 << 20 };
    for (size_t i = 0; i < SNQ_COUNT(blocks); i++) {
        hear_blocks(&a, NULL, NULL, blocks[i], &h);
        char *got = hear_document(&h);
        assert_string_equal(got, want);
        free(got);
        snq_hearing_clear(&h);
    }
    free(want);
    snq_free(l);
    snq_free(r);
}

/* The file's section of this name in a document, owned by the caller: free. It is the last of the
 * name (those of regions stand before it) and ends where the section `next` begins. */
static char *section(const snq_hearing *h, const char *name, const char *next)
{
    char *text = hear_document(h), key[32];
    char *from = NULL, *to = NULL;
    snprintf(key, sizeof key, "\"%s\":", name);
    for (char *p = text; (p = strstr(p, key)); p++)
        from = p;
    snprintf(key, sizeof key, "\"%s\":", next);
    for (char *p = text; (p = strstr(p, key)); p++)
        to = p;
    assert_true(from && to > from);
    char *own = strndup(from, (size_t)(to - from));
    free(text);
    return own;
}

/* What an analyser says does not depend on who else listens; above all not at the end, where the
 * others make the listener wait. */
static void company_does_not_matter(void **state)
{
    static const struct {
        const char *id, *from, *to; /* sections [from, to) */
    } tab[] = {
        { "loudness", "loudness", "dynamics" }, { "dynamics", "dynamics", "spectrum" },
        { "spectrum", "spectrum", "stereo" },   { "stereo", "stereo", "patterns" },
        { "onsets", "onsets_s", "groove" },     { "beats", "tempo", "onsets_s" },
        { "beats", "groove", "key" },           { "key", "key", "chords" },
        { "chords", "chords", "loudness" },     { "patterns", "patterns", "plugins" },
    };
    /* whole hops of 80 frames, and not */
    static const size_t lengths[] = { 80, 81, 160, 479, 640, 8000, 8001, 24080 };
    enum { LOW_RATE = 8000, MOST = 24080 };
    float *x = make_silence(MOST), *y = make_silence(MOST);
    add_noise(x, 0, MOST, 0.1, 5);
    add_sine(y, 0, MOST, LOW_RATE, 3999, 0.9, 0.8); /* peaks between the samples, to the end */
    for (size_t i = 0; i < SNQ_COUNT(lengths); i++) {
        const snq_audio a = { { x, y }, 2, LOW_RATE, lengths[i] };
        snq_hearing all, alone;
        hear(&a, NULL, &all);
        for (size_t k = 0; k < SNQ_COUNT(tab); k++) {
            hear(&a, tab[k].id, &alone);
            char *want = section(&all, tab[k].from, tab[k].to);
            char *got = section(&alone, tab[k].from, tab[k].to);
            assert_string_equal(got, want);
            free(got);
            free(want);
            snq_hearing_clear(&alone);
        }
        snq_hearing_clear(&all);
    }
    snq_free(x);
    snq_free(y);
}

/* Long steady noise under which nothing else sounds: the whole stream is one region, and what holds of
 * the file holds of it. */
static void steady_noise_is_the_content(void **state)
{
    enum { LOW_RATE = 8000, LONG = 100 * LOW_RATE };
    float *x = make_silence(LONG);
    add_noise(x, 0, LONG, 0.003, 8);
    const snq_audio a = { { x }, 1, LOW_RATE, LONG };
    snq_hearing h;
    hear(&a, NULL, &h);
    assert_int_equal(h.regions, 1);
    const snq_region *r = &h.region[0];
    check_near(r->span.start_s, 0, 0);
    check_near(r->span.end_s, 100, 0);
    check_near(r->level_dbfs.value, 20 * log10(0.003), 0.05);
    check_near(r->level_dbfs.value, h.dynamics.rms_dbfs.value, 1e-9);
    assert_null(h.dynamics.dynamic_range_db.reason);
    check_near(r->dynamics.dynamic_range_db.value, h.dynamics.dynamic_range_db.value, 0);
    assert_true(r->dynamics.dynamic_range_db.value < 0.5);
    check_near(r->loudness.integrated_lufs.value, h.loudness.integrated_lufs.value, 0);
    check_near(r->spectrum.centroid_hz.value, h.spectrum.centroid_hz.value, 0);
    snq_hearing_clear(&h);
    /* a failed analyser is null there too, and unlisted regions disturb nobody */
    listen_to_rate = LOW_RATE;
    listen_to(&a, 5, &h);
    listen_to_rate = RATE;
    assert_int_equal(h.regions, 1);
    snq_hearing_clear(&h);
    hear(&a, "dynamics", &h);
    assert_int_equal(h.regions, 0);
    assert_null(h.dynamics.dynamic_range_db.reason);
    snq_hearing_clear(&h);
    snq_free(x);
}

static void an_empty_stream_has_reasons(void **state)
{
    const float x = 0;
    const snq_audio a = { { &x }, 1, RATE, 0 };
    snq_hearing h;
    hear(&a, NULL, &h);
    assert_int_equal(h.regions, 0);
    assert_non_null(h.no_regions_reason);
    assert_non_null(h.loudness.integrated_lufs.reason);
    assert_non_null(h.dynamics.rms_dbfs.reason);
    assert_non_null(h.spectrum.centroid_hz.reason);
    assert_string_equal(h.stereo_reason, "mono");
    assert_non_null(h.tempo.bpm.reason);
    assert_non_null(h.meter.reason);
    assert_non_null(h.groove_reason);
    assert_non_null(h.key.reason);
    assert_int_equal(h.beats.beats + h.onsets.onsets + h.chords.chords, 0);
    snq_hearing_clear(&h);
}

static void refuses_too_many(void **state)
{
    const snq_analyser *many[SNQ_PLUGINS_MAX + 1];
    snq_hearing h;
    snq_listener *l;
    for (int i = 0; i <= SNQ_PLUGINS_MAX; i++)
        many[i] = &snq_loudness_analyser;
    snq_listener_cfg cfg = {
        .rate_hz = RATE, .channels = 1, .analyser = many, .analysers = SNQ_PLUGINS_MAX + 1
    };
    snq_hearing_init(&h);
    check_status(snq_listener_new(&cfg, &h, &l), SNQ_ERR_RANGE);
    cfg = (snq_listener_cfg) { .rate_hz = 1, .channels = 1 };
    check_status(snq_listener_new(&cfg, &h, &l), SNQ_ERR_RANGE);
    assert_null(l);
    snq_listener_free(NULL);
}

static snq_hearing swept;

static snq_status make(void *user, void **out)
{
    const snq_listener_cfg cfg = { .rate_hz = 44100, .channels = 2 };
    snq_hearing_init(&swept);
    return snq_listener_new(&cfg, &swept, (snq_listener **)out);
}

static void unmake(void *l)
{
    snq_listener_free(l);
}

static void survives_lack_of_memory(void **state)
{
    snq_sweep(make, unmake, NULL);
    /* and on the way: an error or a failed analyser, never a crash or a leak */
    float *own;
    const snq_audio a = tones(&own);
    const int64_t live = snq_alloc_live();
    for (int n = 0, refused = 1; refused; n++) {
        snq_hearing h;
        snq_listener *l;
        const snq_listener_cfg cfg = { .rate_hz = RATE, .channels = 1 };
        snq_hearing_init(&h);
        check_ok(snq_listener_new(&cfg, &h, &l));
        snq_alloc_fail_after(n);
        snq_status st = snq_listener_push(l, &a);
        if (st >= 0)
            st = snq_listener_finish(l);
        refused = snq_alloc_refused();
        snq_alloc_fail_after(-1);
        int failed = st < 0;
        for (uint32_t i = 0; i < h.plugins; i++)
            failed |= strcmp(h.plugin[i].status, "failed") == 0;
        assert_int_equal(failed, refused);
        snq_listener_free(l);
        snq_hearing_clear(&h);
        assert_int_equal(snq_alloc_live(), live);
    }
    snq_free(own);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_come_in_order),
        cmocka_unit_test(a_failure_stays_alone),
        cmocka_unit_test(every_section_can_be_refused),
        cmocka_unit_test(block_sizes_do_not_matter),
        cmocka_unit_test(company_does_not_matter),
        cmocka_unit_test(steady_noise_is_the_content),
        cmocka_unit_test(an_empty_stream_has_reasons),
        cmocka_unit_test(refuses_too_many),
        cmocka_unit_test(survives_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

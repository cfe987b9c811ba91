// SPDX-License-Identifier: MIT
/* With SNQ_WRITE_SEEDS set the seeds in tests/fuzz/corpus_sight_pack/ are written instead of compared. */
#include "support/check.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "score/sight_pack.h"
#include "support/sweep.h"

enum { PACKED_MAX = 64 << 20 };

/* ---- sights ---- */

static void make_nothing(snq_sight *s)
{
    snq_sight_init(s);
    s->video.path = "x.mp4";
}

/* Values that are all different, so that two fields that change places are seen; every fifth is not
 * measured. */
static snq_measure some(int *k)
{
    static const char *const reasons[] = { "nothing moves", "too short", "", "na\xC3\xAFve \"x\"" };
    ++*k;
    return *k % 5 == 4 ? snq_unmeasured(reasons[*k / 5 % 4]) : snq_measured(0.001 * *k);
}

static void fill_band(snq_sight *s, uint32_t i, int *k)
{
    snq_sight_band *b = &s->band[i];
    *b = (snq_sight_band) { .lo_hz = snq_sight_band_lo_hz(i),
                            .hi_hz = snq_sight_band_hi_hz(i),
                            .effective_hz = { 0.5 + i, 1.5 + i } };
    b->unobservable = i == 0 ? "the recording is too short for this band" : NULL;
    b->aliasing_risk = some(k);
    b->mean_magnitude = some(k);
    b->mean_magnitude_norm = some(k);
    b->peak_magnitude = some(k);
    b->variance = some(k);
    b->still = i == 1 ? "nothing moves in this band" : NULL;
    for (uint32_t t = 0; t < SNQ_SIGHT_TYPES; t++)
        b->type[t] = (snq_sight_share) { 0.25, 0.001 * ++*k };
    for (uint32_t p = 0; p < SNQ_SIGHT_PROPERTIES; p++)
        b->property[p] = some(k);
    snq_sight_region *region = snq_sight_list(s, i, sizeof *region);
    for (uint32_t n = 0; n < i; n++)
        region[n] = (snq_sight_region) { ++*k, ++*k, ++*k, ++*k, ++*k, ++*k, ++*k, some(k) };
    b->region = region;
    b->regions = i;
    double *change_s = snq_sight_list(s, i, sizeof *change_s);
    for (uint32_t n = 0; n < i; n++)
        change_s[n] = ++*k;
    b->change_s = change_s;
    b->changes = i;
    b->changes_reason = i == 2 ? "too short" : NULL;
    b->uniformity = some(k);
    b->periodicity = some(k);
    b->period_s = some(k);
    b->energy = some(k);
    b->trend = (int)i % 3 - 1;
    b->trend_reason = i == 3 ? "too short" : NULL;
}

static void fill_rest(snq_sight *s, int *k)
{
    s->camera = (snq_sight_camera) { { 1.5, -2.5 }, 0.25, -0.125, 0.5 };
    float *bin = snq_sight_list(s, 3, sizeof *bin);
    for (int i = 0; i < 3; i++)
        bin[i] = 0.25f * (float)i;
    s->jitter = (snq_sight_jitter) { 0.75, some(k), bin, 3 };
    s->picture = (snq_sight_picture) { some(k), some(k), some(k), some(k) };
    snq_sight_event *event = snq_sight_list(s, 4, sizeof *event);
    for (int i = 0; i < 4; i++)
        event[i] = (snq_sight_event) { i / 2, 0.25 * i, (snq_sight_event_kind)i };
    s->event = event;
    s->events = 4;
    s->camera_reason = s->jitter_reason = s->picture_reason = s->events_reason = NULL;
}

static void make_seen(snq_sight *s)
{
    int k = 0;
    make_nothing(s);
    s->video = (snq_sight_video) { "x.mp4", 640, 360, 29.97, 300, 10.01, { 1.0, 2.5 } };
    snq_warnings_add(&s->warnings, "truncated", 17, "the data ends early");
    snq_warnings_add(&s->warnings, "truncated", 1, "again");
    s->motion_reason = NULL;
    s->motion = (snq_sight_motion) { SNQ_SIGHT_OSCILLATORY, SNQ_SIGHT_LINEAR, 0.9 };
    s->drift = (snq_sight_drift) { some(&k), some(&k), some(&k) };
    for (uint32_t b = 0; b < SNQ_SIGHT_BANDS; b++)
        fill_band(s, b, &k);
    fill_rest(s, &k);
    s->ms = 12.5;
}

static void add_column(snq_sight *s, int band, const char *name, int from)
{
    snq_series *to;
    check_ok(snq_sight_add_column(s, band, name, "hz", 1.5, 0.25, &to));
    for (int i = 0; i < 19; i++)
        check_ok(snq_series_push(to, (i + from) % 3 ? (float)(i + from) : NAN));
}

static void make_windows(snq_sight *s)
{
    make_seen(s);
    s->has_windows = 1;
    add_column(s, SNQ_SIGHT_MF, "oscillatory.primary_frequency", 0);
    add_column(s, SNQ_SIGHT_MF, "energy", 1);
    add_column(s, SNQ_SIGHT_HF, "energy", 2);
    add_column(s, -1, "luma_mean", 3);
}

static const struct {
    const char *name;
    void (*make)(snq_sight *s);
} seed_tab[] = {
    { "nothing", make_nothing },
    { "seen", make_seen },
    { "windows", make_windows },
};

/* ---- checks ---- */

static snq_str document(const snq_sight *s)
{
    snq_json j;
    snq_str out;
    snq_str_init(&out, PACKED_MAX);
    snq_json_init(&j, snq_json_to_str, &out);
    snq_sight_json(&j, s);
    check_ok(snq_json_finish(&j));
    return out;
}

static snq_str packed(const snq_sight *s)
{
    snq_str bytes;
    snq_str_init(&bytes, PACKED_MAX);
    snq_sight_pack(&bytes, s);
    check_ok(bytes.st);
    return bytes;
}

static snq_status unpack_bytes(const void *bytes, size_t n, snq_sight *s)
{
    snq_unpack u;
    snq_unpack_init(&u, bytes, n);
    const snq_status st = snq_sight_unpack(&u, s);
    if (st >= 0)
        check_ok(snq_unpack_finish(&u));
    return st;
}

/* There and back: the same document, and the same bytes when packed again. Returns their number. */
static size_t check_round_trip(const snq_sight *s)
{
    snq_sight back;
    snq_str bytes = packed(s);
    check_ok(unpack_bytes(bytes.text, bytes.length, &back));
    assert_null(back.video.path);
    back.video.path = s->video.path;
    snq_str a = document(s), b = document(&back), again = packed(&back);
    assert_string_equal(snq_str_text(&a), snq_str_text(&b));
    assert_int_equal(again.length, bytes.length);
    assert_memory_equal(again.text, bytes.text, bytes.length);
    const size_t n = bytes.length;
    snq_str_clear(&a);
    snq_str_clear(&b);
    snq_str_clear(&again);
    snq_str_clear(&bytes);
    snq_sight_clear(&back);
    return n;
}

static void check_cleared(snq_sight *s)
{
    snq_sight fresh;
    snq_sight_init(&fresh);
    assert_memory_equal(s, &fresh, sizeof fresh);
}

static void sights_come_back_equal(void **state)
{
    const int64_t live = snq_alloc_live();
    for (size_t i = 0; i < SNQ_COUNT(seed_tab); i++) {
        snq_sight s;
        seed_tab[i].make(&s);
        check_round_trip(&s);
        snq_sight_clear(&s);
    }
    assert_int_equal(snq_alloc_live(), live);
}

static void a_null_section_costs_a_byte(void **state)
{
    snq_sight s;
    make_nothing(&s);
    /* 4 version, 48 video, 4 warnings, 1 + 4 + 12 "not selected", 4 references, 1 windows, 8 ms */
    assert_int_equal(check_round_trip(&s), 86);
    s.has_windows = 1; /* and no column: u32, f64, f64, u32 */
    assert_int_equal(check_round_trip(&s), 86 + 24);
    snq_sight_clear(&s);
}

static void columns_cost_their_values_alone(void **state)
{
    snq_sight s;
    make_nothing(&s);
    s.has_windows = 1;
    add_column(&s, 1, "a", 0); /* 7 of 19 are not valid */
    /* band, reference and text twice, three bytes of bits, 12 values */
    assert_int_equal(check_round_trip(&s), 86 + 24 + 1 + 6 + 7 + 3 + 48);
    snq_sight_clear(&s);
}

/* Each change makes a sight that can be packed and must not be taken. */
static void break_it(snq_sight *s, int how)
{
    snq_sight_event *event = (snq_sight_event *)s->event;
    snq_sight_band *hf = &s->band[SNQ_SIGHT_HF];
    switch (how) {
    case 0:
        s->video.width = 70000;
        break;
    case 1:
        s->video.fps = 2e6;
        break;
    case 2:
        s->video.frames = UINT64_MAX;
        break;
    case 3:
        s->video.range = (snq_span) { 2.0, 1.0 };
        break;
    case 4:
        s->motion.type = (snq_sight_type)5;
        break;
    case 5:
        s->motion.shape = (snq_sight_shape)7;
        break;
    case 6:
        s->motion.confidence = 1.5;
        break;
    case 7:
        hf->type[1].percentage = -0.5;
        break;
    case 8:
        hf->trend = 2;
        hf->trend_reason = NULL;
        break;
    case 9:
        ((double *)hf->change_s)[2] = 0.5;
        break;
    case 10:
        s->camera.residual_share = 1.25;
        break;
    case 11:
        event[2].t_s = -1.0;
        break;
    case 12:
        event[1].kind = (snq_sight_event_kind)9;
        break;
    case 13:
        event[3].strength = 2.0;
        break;
    case 14:
        s->column[0].band = SNQ_SIGHT_UHF;
        break;
    case 15:
        s->column[3].band = SNQ_SIGHT_BANDS + 2;
        break;
    case 16:
        s->ms = -1.0;
        break;
    case 17:
        hf->regions = SNQ_SIGHT_REGIONS_MAX + 1;
        break;
    default:
        break;
    }
}

static void what_breaks_a_limit_is_refused(void **state)
{
    static const char *const said[] = {
        "70000 x 360 px",   "rate in Hz is 2e+06",       "frames",        "range's end at 1 s",
        "type of motion",   "shape of motion",           "confidence",    "share of a type is -0.5",
        "a trend is 3",     "a change at 0.5 s",         "camera leaves", "an event at -1 s",
        "kind of event is", "strength of an event is 2", "not sorted",    "column's band is 8",
        "computing at -1",  "packed elements",
    };
    static snq_sight_region many[SNQ_SIGHT_REGIONS_MAX + 1];
    for (int i = 0; i < (int)SNQ_COUNT(said); i++) {
        snq_sight s, back;
        make_windows(&s);
        break_it(&s, i);
        if (i == 17)
            s.band[SNQ_SIGHT_HF].region = many;
        snq_str bytes = packed(&s);
        check_status(unpack_bytes(bytes.text, bytes.length, &back), SNQ_ERR_FORMAT);
        if (!strstr(snq_last_error(), said[i]))
            fail_msg("no \"%s\" in: %s", said[i], snq_last_error());
        check_cleared(&back);
        snq_str_clear(&bytes);
        snq_sight_clear(&s);
    }
}

static void what_is_no_sight_is_not_packed(void **state)
{
    for (int i = 0; i < 5; i++) {
        snq_sight s;
        snq_str bytes;
        make_windows(&s);
        snq_str_init(&bytes, i == 4 ? 100 : PACKED_MAX);
        if (i == 0)
            s.column[1].series.start_s = 7.0;
        else if (i == 1)
            s.column[1].series.unit = NULL;
        else if (i == 2)
            s.camera.zoom_per_s = (double)NAN;
        else if (i == 3)
            snq_alloc_fail_after(0);
        snq_sight_pack(&bytes, &s);
        snq_alloc_fail_after(-1);
        assert_int_equal(bytes.st, i < 2    ? SNQ_ERR_ARG
                                   : i == 2 ? SNQ_ERR_RANGE
                                   : i == 3 ? SNQ_ERR_NOMEM
                                            : SNQ_ERR_TOO_BIG);
        snq_str_clear(&bytes);
        snq_sight_clear(&s);
    }
}

/* A copy that ends where the memory ends, so that reading beyond it is seen. */
static uint8_t *exact_copy(const snq_str *s, size_t n)
{
    uint8_t *p = malloc(n ? n : 1);
    assert_non_null(p);
    memcpy(p, s->text, n);
    return p;
}

static void every_truncation_fails_cleanly(void **state)
{
    snq_sight s, back;
    make_windows(&s);
    snq_str bytes = packed(&s);
    for (size_t n = 0; n < bytes.length; n++) {
        uint8_t *cut = exact_copy(&bytes, n);
        check_status(unpack_bytes(cut, n, &back), SNQ_ERR_FORMAT);
        check_cleared(&back);
        free(cut);
    }
    snq_str_clear(&bytes);
    snq_sight_clear(&s);
}

static void every_mutation_is_refused_or_legal(void **state)
{
    static const uint8_t marks[] = { 0x01, 0x80, 0xFF, 0x10 };
    const int64_t live = snq_alloc_live();
    int refused = 0, taken = 0;
    snq_sight s, back;
    make_windows(&s);
    snq_str bytes = packed(&s);
    snq_sight_clear(&s);
    uint8_t *copy = exact_copy(&bytes, bytes.length);
    for (size_t at = 0; at < bytes.length; at++)
        for (size_t k = 0; k < SNQ_COUNT(marks); k++) {
            snq_unpack u;
            copy[at] ^= marks[k];
            snq_unpack_init(&u, copy, bytes.length);
            const snq_status st = snq_sight_unpack(&u, &back);
            copy[at] ^= marks[k];
            assert_true(st == SNQ_OK || st == SNQ_ERR_FORMAT);
            refused += st < 0;
            taken += st >= 0;
            if (st >= 0)
                check_round_trip(&back);
            snq_sight_clear(&back);
        }
    assert_true(refused > 500 && taken > 1000);
    free(copy);
    snq_str_clear(&bytes);
    assert_int_equal(snq_alloc_live(), live);
}

static snq_status make_unpacked(void *user, void **object)
{
    const snq_str *bytes = user;
    snq_sight *s = snq_calloc(1, sizeof *s);
    if (!s)
        return SNQ_ERR_NOMEM;
    const snq_status st = unpack_bytes(bytes->text, bytes->length, s);
    if (st < 0)
        snq_free(s);
    else
        *object = s;
    return st;
}

static void unmake_unpacked(void *object)
{
    snq_sight_clear(object);
    snq_free(object);
}

static void allocations_may_fail(void **state)
{
    snq_sight s;
    make_windows(&s);
    snq_str bytes = packed(&s);
    /* the sight, its lists, values and validity of four columns */
    assert_true(snq_sweep(make_unpacked, unmake_unpacked, &bytes) >= 2 + 8);
    snq_str_clear(&bytes);
    snq_sight_clear(&s);
}

static void the_seeds_are_what_is_packed(void **state)
{
    const int write_it = getenv("SNQ_WRITE_SEEDS") != NULL;
    const char *root = getenv("SNQ_ROOT");
    if (!root)
        skip();
    for (size_t i = 0; i < SNQ_COUNT(seed_tab); i++) {
        char path[SNQ_PATH_MAX], bytes[8000];
        snq_sight s;
        snprintf(path, sizeof path, "%s/tests/fuzz/corpus_sight_pack/%s.bin", root,
                 seed_tab[i].name);
        FILE *f = fopen(path, write_it ? "wb" : "rb");
        if (!f)
            fail_msg("can't open %s", path);
        seed_tab[i].make(&s);
        snq_str want = packed(&s);
        if (write_it)
            assert_int_equal(fwrite(want.text, 1, want.length, f), want.length);
        else {
            assert_int_equal(fread(bytes, 1, sizeof bytes, f), want.length);
            assert_memory_equal(bytes, want.text, want.length);
        }
        fclose(f);
        snq_str_clear(&want);
        snq_sight_clear(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sights_come_back_equal),
        cmocka_unit_test(a_null_section_costs_a_byte),
        cmocka_unit_test(columns_cost_their_values_alone),
        cmocka_unit_test(what_breaks_a_limit_is_refused),
        cmocka_unit_test(what_is_no_sight_is_not_packed),
        cmocka_unit_test(every_truncation_fails_cleanly),
        cmocka_unit_test(every_mutation_is_refused_or_legal),
        cmocka_unit_test(allocations_may_fail),
        cmocka_unit_test(the_seeds_are_what_is_packed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: MIT
/* The hostile set: about a hundred files that lie, are cut, or are something else. Each has a verdict
 * in a manifest; this checks the outcome at the level of the reader. Where ours differs, the table
 * below argues the case. */
#include "support/check.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "files.h"
#include "media/reader.h"

#if defined(__SANITIZE_ADDRESS__)
#define UNDER_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UNDER_SANITIZER 1
#endif
#endif
#ifndef UNDER_SANITIZER
#define UNDER_SANITIZER 0
#endif

typedef enum verdict { OK, OK_WARN, REJECT } verdict;
static const char *const verdict_name[] = { "OK", "OK_WARN", "REJECT" };

/* Files whose outcome at the reader differs from the manifest's verdict, and why that is right. */
static const struct {
    const char *file;
    verdict ours;
    const char *why;
} exceptions[] = {
    { "one_sample.wav", OK, "too short: said by the analysis" },
    { "two_samples_stereo.wav", OK, "too short: said by the analysis" },
    { "100_samples.wav", OK, "too short: said by the analysis" },
    { "antiphase.wav", OK, "heard by the analysis" },
    { "dc_only.wav", OK, "heard by the analysis" },
    { "clipped.wav", OK, "heard by the analysis" },
    { "quiet_minus70.wav", OK, "heard by the analysis" },
    { "sub_5hz.wav", OK, "heard by the analysis" },
    { "self_loop", REJECT, "a folder; walking folders is not the reader's task" },
    { "two_tracks.m4a", OK_WARN, "the manifest wants the other track mentioned: by a warning" },
    { "bitrot.ogg", REJECT,
      "both header pages are damaged: without the codebooks nothing can be decoded" },
};

/* The warning that must be among those of a file. */
static const struct {
    const char *file, *code;
} expected[] = {
    { "truncated.wav", "truncated" },
    { "truncated.mp3", "truncated" },
    { "truncated.flac", "truncated" },
    { "truncated.ogg", "truncated" },
    { "truncated.opus", "truncated" },
    { "truncated.aiff", "truncated" },
    { "header_only.wav", "empty_audio" },
    { "mp3_named.wav", "extension_mismatch" },
    { "flac_named.mp3", "extension_mismatch" },
    { "wav_named.flac", "extension_mismatch" },
    { "m4a_named.wav", "extension_mismatch" },
    { "nan_some.wav", "nan_samples" },
    { "nan_all.wav", "nan_samples" },
    { "inf_some.wav", "inf_samples" },
    { "huge_float.wav", "over_range" },
    { "ima_adpcm.wav", "lossy_pcm" },
    { "size_4gb.wav", "size_mismatch" },
    { "size_zero.wav", "size_mismatch" },
    { "data_size_too_big.wav", "size_mismatch" },
    { "cue_count_lie.wav", "cue_invalid" },
    { "smpl_loop_past_end.wav", "loop_invalid" },
    { "data_before_fmt.wav", "data_before_fmt" },
    { "chunk_loop.wav", "chunk_flood" },
    { "rifx.wav", "uncommon_container" },
    { "sony.w64", "uncommon_container" },
    { "id3_garbage.mp3", "bad_tags" },
    { "id3_bad_utf16.mp3", "bad_tags" },
    { "bitrot.mp3", "decode_errors" },
    { "bitrot.flac", "decode_errors" },
    { "flac_total_samples_lie.flac", "size_mismatch" },
    { "flac_bomb.flac", "high_expansion" },
    { "two_tracks.m4a", "several_audio_tracks" },
};

/* Frames that must come out, where the manifest's description or an undamaged twin tells. */
static const struct {
    const char *file;
    int64_t frames;
} lengths[] = {
    { "header_only.wav", 0 },        { "one_sample.wav", 1 },
    { "two_samples_stereo.wav", 1 }, { "100_samples.wav", 100 },
    { "size_4gb.wav", 50016 },       { "size_zero.wav", 50016 },
    { "rf64.wav", 50016 },           { "sony.w64", 50016 },
    { "rifx.wav", 50016 },           { "data_before_fmt.wav", 50016 },
    { "chunk_loop.wav", 50016 },     { "odd_chunks.wav", 50016 },
    { "id3_garbage.mp3", 50016 },    { "id3_two_tags.mp3", 50016 },
    { "id3_bad_utf16.mp3", 50016 },  { "mp3_named.wav", 50016 },
    { "bitrot.flac", 50016 },        { "flac_bomb.flac", 750000000 },
    { "truncated.wav", 30795 },      { "long_silence.flac", 14400000 },
};

typedef struct outcome {
    verdict verdict;
    int64_t frames;
    int truncated;
    snq_warnings warnings;
    char why[SNQ_ERROR_MAX];
} outcome;

/* Finite samples only, at most SNQ_SAMPLE_MAX. */
static void check_samples(const char *name, const snq_audio *b)
{
    for (uint32_t c = 0; c < b->channels; c++) {
        int bad = 0;
        for (size_t i = 0; i < b->frames; i++)
            bad |= !(fabsf(b->channel[c][i]) <= SNQ_SAMPLE_MAX);
        if (bad)
            fail_msg("%s: a sample that is none", name);
    }
}

static void refuse(outcome *o)
{
    o->verdict = REJECT;
    snprintf(o->why, sizeof o->why, "%s", snq_last_error());
}

static outcome try_file(const char *name)
{
    outcome o = { 0 };
    snq_reader *r;
    snq_audio b;
    snq_status st;
    const int fd = open(files_path(name), O_RDONLY);
    if (fd < 0) {
        o.verdict = REJECT;
        snprintf(o.why, sizeof o.why, "%s", strerror(errno));
        return o;
    }
    if (snq_reader_open(fd, name, NULL, &r) < 0) {
        refuse(&o);
        close(fd);
        return o;
    }
    while ((st = snq_reader_pull(r, &b)) == SNQ_OK)
        check_samples(name, &b);
    if (st < 0)
        refuse(&o);
    else
        o.verdict = snq_reader_warnings(r)->count ? OK_WARN : OK;
    o.frames = snq_reader_frames(r);
    o.truncated = snq_reader_truncated(r);
    o.warnings = *snq_reader_warnings(r);
    for (uint32_t i = 0; i < o.warnings.count; i++)
        assert_true(o.warnings.item[i].message[0] != '\0');
    snq_reader_free(r);
    close(fd);
    return o;
}

static void check_file(const char *name, verdict want)
{
    struct timespec t0, t1;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t0);
    const outcome o = try_file(name);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t1);
    const double seconds =
        (double)(t1.tv_sec - t0.tv_sec) + 1e-9 * (double)(t1.tv_nsec - t0.tv_nsec);
    const char *why = NULL;
    for (size_t i = 0; i < SNQ_COUNT(exceptions); i++)
        if (strcmp(name, exceptions[i].file) == 0) {
            assert_int_not_equal(want, exceptions[i].ours);
            print_message("[  NOTE    ] %s: %s, not %s: %s\n", name,
                          verdict_name[exceptions[i].ours], verdict_name[want], exceptions[i].why);
            want = exceptions[i].ours;
            why = exceptions[i].why;
        }
    if (o.verdict != want)
        fail_msg("%s: %s, want %s%s%s (%s%s)", name, verdict_name[o.verdict], verdict_name[want],
                 why ? ": " : "", why ? why : "", o.why,
                 o.warnings.count ? o.warnings.item[0].message : "");
    if (o.verdict == REJECT && strlen(o.why) < 8)
        fail_msg("%s: no clear sentence: '%s'", name, o.why);
    if (!strstr(name, "bomb") && seconds > (UNDER_SANITIZER ? 20 : 2))
        fail_msg("%s: %.2f s", name, seconds);
    for (size_t i = 0; i < SNQ_COUNT(expected); i++)
        if (strcmp(name, expected[i].file) == 0 &&
            !snq_warnings_find(&o.warnings, expected[i].code))
            fail_msg("%s: no warning '%s'", name, expected[i].code);
    for (size_t i = 0; i < SNQ_COUNT(lengths); i++)
        if (strcmp(name, lengths[i].file) == 0)
            assert_int_equal(o.frames, lengths[i].frames);
    assert_int_equal(o.truncated, o.verdict != REJECT && strncmp(name, "truncated.", 10) == 0);
}

/* One field of a CSV line (RFC 4180: quotes may hold commas, newlines and doubled quotes). */
static char *field(char **at)
{
    char *p = *at, *start = p, *to = p;
    if (*p == '"') {
        for (p++; *p && (*p != '"' || p[1] == '"'); p++) {
            p += *p == '"';
            *to++ = *p;
        }
        p += *p == '"';
    } else {
        while (*p && *p != ',' && *p != '\n' && *p != '\r')
            *to++ = *p++;
    }
    const char end = *p;
    *at = end ? p + 1 : p;
    if (end == '\r' && p[1] == '\n')
        *at = p + 2;
    *to = '\0';
    return start;
}

static void test_hostile(void **state)
{
    const char *shared = getenv("SNQ_SHARED");
    char path[512];
    if (!shared)
        skip();
    snprintf(path, sizeof path, "tar xf '%s/data/hostile.tar' --strip-components=1", shared);
    if (!files_have("tar") || files_run(path) != 0)
        skip();
    snprintf(path, sizeof path, "cp '%s/data/hostile_manifest.csv' manifest", shared);
    assert_int_equal(files_run(path), 0);
    size_t n;
    char *text = (char *)files_read("manifest", &n);
    assert_non_null(text);
    char *at = text;
    int files = 0;
    for (int i = 0; i < 5; i++)
        field(&at);
    while (*at) {
        const char *const name = field(&at);
        field(&at);
        field(&at);
        const char *const v = field(&at);
        field(&at);
        const verdict want = strcmp(v, "OK") == 0        ? OK
                             : strcmp(v, "OK_WARN") == 0 ? OK_WARN
                                                         : REJECT;
        assert_string_equal(v, verdict_name[want]);
        check_file(name, want);
        files++;
    }
    assert_true(files > 90);
    print_message("[  NOTE    ] %d files\n", files);
    free(text);
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    if (!UNDER_SANITIZER && use.ru_maxrss > 200 * 1024)
        fail_msg("%ld KiB of memory at the peak", use.ru_maxrss);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_hostile) };
    return cmocka_run_group_tests(tests, NULL, files_remove);
}

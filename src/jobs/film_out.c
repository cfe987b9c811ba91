// SPDX-License-Identifier: MIT
/* STEPS  take    a worker scans the film and lays its sound into a nameless file (film_sound.c)
 *        level   O, M: loudness of both (BS.1770). The original goes by o = clamp(L - O, -BOOST, BOOST) towards the
 *                target L, the music by m = L + o' - M with o' = O + o - L, but no further below L than REACH
 *        keep    the music KEEP_DB lower still, all of the time
 *        duck    the gain of mix/engine/speech_duck.h
 *        sum     into jobs/mix_down.h with a master without inserts: gain, true-peak limiter
 *        make    a worker copies the picture, codes the sound and decodes it again (film_make.c)
 *        again   when what decodes is over the ceiling by more than SLACK_DB, or coding took more than SLACK_LU (of
 *                noise beyond 18 kHz, say), the sum is mastered once more, for a ceiling lower and a target higher
 *                by that much
 * CONST  see beside each. */
#include "jobs/film_out.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/str.h"
#include "jobs/film_messages.h"
#include "jobs/film_planes.h"
#include "jobs/messages.h"
#include "jobs/mix_down.h"
#include "jobs/nursery.h"
#include "jobs/single_job.h"
#include "jobs/spill.h"
#include "media/reader.h"
#include "mix/engine/loud_slots.h"
#include "mix/engine/speech_duck.h"

#ifdef SNQ_INSTRUMENTED
#define SLOWER 20.0
#else
#define SLOWER 1.0
#endif
#define CPU_S         (SLOWER * 300.0)
#define CPU_S_PER_MIB (SLOWER * 10.0)
#define CPU_PER_S \
    (SLOWER * 0.5) /* coding, decoding, measuring take a tenth of that on a slow core */
#define STALL_CPU_S  (SLOWER * 120.0)
#define STALL_WALL_S (SLOWER * 600.0)

/* A quiet original is brought up by no more than that: its noise comes along. */
#define BOOST_DB     12.0
/* The music is no further below the target than that, however quiet the original. */
#define REACH_DB     6.0
/* Of music that does not duck. */
#define KEEP_DB      (-6.0)
/* What coding adds to peaks, mostly (film_out's essay). */
#define HEADROOM_DB  0.2
#define SLACK_DB     0.1
#define SLACK_LU     0.2
#define LUFS_OFF     0.5  /* is told */
#define FADE_S       0.02 /* where the music is cut off */

enum { CHUNK = 8192, TRIES_MAX = 4 };

/* ---- names ---- */

static const char *const original_tab[] = {
#define X(name, number, word) [number] = word,
    SNQ_ORIGINAL_MAP(X)
#undef X
};

const char *snq_original_name(snq_original original)
{
    return original_tab[original];
}

snq_status snq_original_parse(const char *name, snq_original *out)
{
    for (int i = 0; i < SNQ_ORIGINALS; i++)
        if (strcmp(name, original_tab[i]) == 0) {
            *out = (snq_original)i;
            return SNQ_OK;
        }
    return SNQ_FAIL(SNQ_ERR_NOT_FOUND,
                    "no treatment of the original sound is called \"%s\"; there are: keep duck "
                    "replace",
                    name);
}

/* ---- checks ---- */

snq_film_out_cfg snq_film_out_cfg_default(void)
{
    return (
        snq_film_out_cfg) { .original = SNQ_ORIGINAL_DUCK, .lufs = -14.0f, .ceiling_dbtp = -1.0f };
}

static snq_status check_ranges(const snq_film_out_cfg *cfg)
{
    if (!(cfg->lufs >= -40.0f && cfg->lufs <= -5.0f))
        return SNQ_FAIL(SNQ_ERR_RANGE, "lufs %g is not in -40 .. -5", (double)cfg->lufs);
    if (!(cfg->ceiling_dbtp >= -12.0f && cfg->ceiling_dbtp <= 0.0f))
        return SNQ_FAIL(SNQ_ERR_RANGE, "ceiling_dbtp %g is not in -12 .. 0",
                        (double)cfg->ceiling_dbtp);
    if (cfg->original >= SNQ_ORIGINALS)
        return SNQ_FAIL(SNQ_ERR_RANGE, "original %d is none of the three", (int)cfg->original);
    if (cfg->title && (strlen(cfg->title) >= SNQ_FILM_TITLE_MAX || !snq_utf8_check(cfg->title)))
        return SNQ_FAIL(SNQ_ERR_ARG, "the title is not UTF-8, or of %d bytes or more",
                        SNQ_FILM_TITLE_MAX);
    return SNQ_OK;
}

/* Whether `path` is the output, `out` what is known of that. */
static snq_status check_not_input(const char *path, const struct stat *out, const char *out_path)
{
    struct stat in;
    if (stat(path, &in) == 0 && in.st_dev == out->st_dev && in.st_ino == out->st_ino)
        return SNQ_FAIL(SNQ_ERR_EXISTS, "%s: it is an input, which is never replaced", out_path);
    return SNQ_OK;
}

static snq_status check_output(const snq_film_out_cfg *cfg)
{
    char folder[SNQ_PATH_MAX];
    struct stat st;
    const char *slash = strrchr(cfg->out, '/');
    if (strlen(cfg->out) >= sizeof folder - 32)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "a path of %zu bytes", strlen(cfg->out));
    if (stat(cfg->out, &st) == 0) {
        SNQ_TRY(check_not_input(cfg->video, &st, cfg->out));
        if (cfg->music)
            SNQ_TRY(check_not_input(cfg->music, &st, cfg->out));
        if (!cfg->force)
            return SNQ_FAIL(SNQ_ERR_EXISTS, "%s: it exists (--force replaces it)", cfg->out);
        if (!S_ISREG(st.st_mode))
            return SNQ_FAIL(SNQ_ERR_EXISTS, "%s: it is no regular file", cfg->out);
    }
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - cfg->out) + 1 : 1,
             slash ? cfg->out : ".");
    if (access(folder, W_OK | X_OK) != 0)
        return SNQ_FAIL(SNQ_ERR_IO, "%s: %s", folder, strerror(errno));
    return SNQ_OK;
}

snq_status snq_film_out_check(const snq_film_out_cfg *cfg)
{
    snq_film_container container;
    if (!cfg->video || !cfg->out || !*cfg->out)
        return SNQ_FAIL(SNQ_ERR_ARG, "no name of the %s", cfg->video ? "output" : "video");
    SNQ_TRY(snq_film_container_of(cfg->out, &container));
    SNQ_TRY(check_ranges(cfg));
    SNQ_TRY(check_output(cfg));
    if (access(cfg->video, R_OK) != 0)
        return SNQ_FAIL(SNQ_ERR_IO, "%s: %s", cfg->video, strerror(errno));
    return snq_film_mux_check(container);
}

/* ---- one question to a worker ---- */

/* All that one film holds. */
typedef struct film_out {
    const snq_film_out_cfg *cfg;
    snq_film_out_report *report;
    snq_film_container container;
    int keeps;           /* original sound is wanted */
    int original, sound; /* nameless files: original sound, new sound; -1 */
    snq_filmed_reply film;
    snq_muxed_reply made;
    snq_mix_figures figures;          /* of the new sound, before it was coded */
    double target_lufs, ceiling_dbtp; /* that it is mastered for */
    snq_duck_curve curve;
    snq_reader *music;
    snq_mix_down *mix;
    double original_gain, music_gain; /* linear */
    float *side[4];                   /* (CHUNK,) owned: original, music */
    uint64_t written;                 /* frames of the new sound */
    int making;                       /* the second question */
    snq_atomic_file *out;
    snq_single_job job; /* how the last question ended */
} film_out;

static snq_status begin(void *user, void *job, const snq_batch_item *item)
{
    film_out *f = user;
    f->job = (snq_single_job) { 0 };
    return SNQ_OK;
}

static snq_status open_outputs(void *user, void *job, const snq_batch_item *item,
                               const snq_outputs *o)
{
    film_out *f = user;
    return f->making ? snq_outputs_open(o, 0, f->cfg->out, snq_film_ending(f->container), &f->out)
                     : SNQ_OK;
}

static snq_status ask(void *user, void *job, const snq_batch_item *item, snq_pool_request *r,
                      int fds[SNQ_FRAME_FDS_MAX])
{
    film_out *f = user;
    fds[r->fd_count++] = item->fd;
    if (!f->making) {
        snq_film_request q = { .keeps_sound = f->keeps };
        snprintf(q.name, sizeof q.name, "%s", item->path);
        SNQ_TRY(snq_spill_reset(f->original));
        fds[r->fd_count++] = f->original;
        r->kind = SNQ_FRAME_FILM;
        snq_film_request_pack(r->payload, &q);
        return SNQ_OK;
    }
    snq_mux_request q = { .container = f->container, .frames = f->film.frames };
    snprintf(q.name, sizeof q.name, "%s", item->path);
    snprintf(q.title, sizeof q.title, "%s", f->cfg->title ? f->cfg->title : "");
    fds[r->fd_count++] = f->sound;
    SNQ_TRY(snq_output_rewind(f->out, &fds[r->fd_count++]));
    r->kind = SNQ_FRAME_MUX;
    snq_mux_request_pack(r->payload, &q);
    return SNQ_OK;
}

static snq_status hear(void *user, void *job, const snq_frame *frame, const char *missing)
{
    film_out *f = user;
    if (frame->kind != (f->making ? SNQ_FRAME_MUXED : SNQ_FRAME_FILMED))
        return SNQ_FAIL(SNQ_ERR_FORMAT, "an answer of kind %d", (int)frame->kind);
    if (f->making)
        SNQ_TRY(snq_muxed_reply_unpack(frame->payload, frame->length, &f->made));
    else
        SNQ_TRY(snq_filmed_reply_unpack(frame->payload, frame->length, &f->film));
    const snq_status st = f->making ? f->made.st : f->film.st;
    if (st < 0 && *missing)
        return SNQ_FAIL(SNQ_ERR_UNSUPPORTED, "%s", missing);
    snq_single_job_answered(&f->job, st, f->making ? f->made.error : f->film.error);
    return SNQ_OK;
}

/* A batch's jobs know no user; the one job of this one is a pointer. */
typedef struct entry {
    film_out *f;
} entry;

static snq_status begin_entry(void *user, void *job, const snq_batch_item *item)
{
    ((entry *)job)->f = user;
    return begin(user, job, item);
}

static void lose(void *job, const snq_loss *loss)
{
    film_out *f = ((entry *)job)->f;
    snq_single_job_lost(&f->job, f->making ? "writing the film" : "reading the film", loss);
}

static void refuse(void *job, snq_status st, const char *error)
{
    snq_single_job_refuse(&((entry *)job)->f->job, st, error);
}

static snq_batch_stage stage(const void *job)
{
    return snq_single_job_stage(&((const entry *)job)->f->job);
}

/* How far what decodes is over the ceiling, dB. */
static double excess_db(const film_out *f)
{
    return 20.0 * log10(f->made.true_peak) - (double)f->cfg->ceiling_dbtp;
}

/* How much louder it is to be, LU; 0 where peaks stood in the way before it was coded. */
static double lack_lu(const film_out *f)
{
    const double lack = (double)f->cfg->lufs - f->made.lufs;
    const int reached = fabs(f->figures.lufs - f->target_lufs) <= SLACK_LU;
    return reached && isfinite(lack) ? lack : 0.0;
}

/* Whether what was made is to be made once more. */
static int falls_short(const film_out *f)
{
    return f->report->tries < TRIES_MAX && (excess_db(f) > SLACK_DB || fabs(lack_lu(f)) > SLACK_LU);
}

static void settle(void *job)
{
    film_out *f = ((entry *)job)->f;
    const int done = f->making && f->job.stage == SNQ_SINGLE_FINISHED && !falls_short(f);
    if (done && f->cfg->pending) {
        *f->cfg->pending = f->out;
        f->out = NULL;
    } else if (done) {
        snq_single_job_commit(&f->job, &f->out);
    }
    snq_atomic_abort(f->out);
    f->out = NULL;
}

static snq_status give(void *user, void *job, const snq_batch_item *item)
{
    return SNQ_OK;
}

static void clear_job(void *job)
{
    film_out *f = ((entry *)job)->f;
    if (f)
        snq_atomic_abort(f->out);
    if (f)
        f->out = NULL;
}

static void where(const void *job, snq_batch_place *place)
{
}

static snq_status question(film_out *f, int making)
{
    const double length_s = making ? f->film.film.length_s : 0.0;
    const snq_batch_kind kind = { .job_bytes = sizeof(entry),
                                  .cpu_s = CPU_S + CPU_PER_S * length_s,
                                  .cpu_s_per_mib = CPU_S_PER_MIB,
                                  .begin = begin_entry,
                                  .open = open_outputs,
                                  .ask = ask,
                                  .hear = hear,
                                  .lose = lose,
                                  .refuse = refuse,
                                  .stage = stage,
                                  .settle = settle,
                                  .give = give,
                                  .clear = clear_job,
                                  .where = where };
    snq_input item = { .path = (char *)f->cfg->video };
    const snq_inputs inputs = { .item = &item, .count = 1 };
    snq_batch_cfg run = { .kind = &kind,
                          .inputs = &inputs,
                          .user = f,
                          .hooks = &f->cfg->hooks,
                          .pool = snq_pool_cfg_default(),
                          .force = f->cfg->force };
    f->making = making;
    run.pool.workers = 1;
    run.pool.limits.file_bytes = SNQ_CONFINE_SOUND_BYTES;
    run.pool.limits.memory_bytes = SNQ_CONFINE_VIDEO_MEMORY;
    run.pool.stall_cpu_s = STALL_CPU_S;
    run.pool.stall_wall_s = STALL_WALL_S;
    run.pool.modules = SNQ_MODULE_AV;
    SNQ_TRY(snq_batch_run(&run));
    return f->job.stage == SNQ_SINGLE_REFUSED ? SNQ_FAIL(f->job.st, "%s", f->job.error) : SNQ_OK;
}

/* ---- the music ---- */

static snq_status music_failed(const film_out *f, snq_status st)
{
    char why[SNQ_ERROR_MAX];
    snprintf(why, sizeof why, "%s", snq_last_error());
    return SNQ_FAIL(st, "%s: %s", f->cfg->music, why);
}

static snq_status open_music(film_out *f, int *fd)
{
    snq_batch_item item = { .path = f->cfg->music, .fd = -1 };
    snq_reader_cfg read = snq_reader_cfg_default();
    read.block_frames = CHUNK;
    read.cancel = f->cfg->hooks.cancel;
    snq_status st = snq_batch_open_file(&item);
    *fd = item.fd;
    if (st >= 0)
        st = snq_reader_open(*fd, f->cfg->music, &read, &f->music);
    if (st < 0)
        return music_failed(f, st);
    const snq_media_info *info = snq_reader_info(f->music);
    if (info->rate_hz != SNQ_FILM_RATE_HZ || info->channels != 2)
        return SNQ_FAIL(SNQ_ERR_RANGE, "%s: %u Hz, %u channels are not %d and 2", f->cfg->music,
                        info->rate_hz, info->channels, SNQ_FILM_RATE_HZ);
    return SNQ_OK;
}

/* Loudness of the music up to the end of the picture. */
static snq_status measure_music(film_out *f, double *lufs)
{
    snq_loud_slots loud;
    snq_audio block;
    int fd = -1;
    const uint64_t most = f->film.frames;
    snq_status st = snq_loud_slots_init(&loud, SNQ_FILM_RATE_HZ);
    if (st >= 0)
        st = open_music(f, &fd);
    while (st == SNQ_OK && (uint64_t)snq_reader_frames(f->music) < most &&
           (st = snq_reader_pull(f->music, &block)) == SNQ_OK)
        snq_loud_slots_push(&loud, block.channel[0], block.channel[1], block.frames);
    if (st >= 0)
        st = loud.st;
    *lufs = snq_loud_integrated(loud.power, loud.count);
    snq_loud_slots_clear(&loud);
    snq_reader_free(f->music);
    f->music = NULL;
    if (fd >= 0)
        close(fd);
    return st < 0 ? st : SNQ_OK;
}

/* ---- the original ---- */

static snq_status cancelled(const film_out *f)
{
    const volatile int *cancel = f->cfg->hooks.cancel;
    return cancel && *cancel ? SNQ_FAIL(SNQ_ERR_CANCELLED, "cancelled") : SNQ_OK;
}

static snq_status measure_original(film_out *f, snq_speech_duck *duck, snq_loud_slots *loud)
{
    for (uint64_t at = 0; at < f->film.frames; at += CHUNK) {
        const uint64_t left = f->film.frames - at;
        const size_t n = left < CHUNK ? (size_t)left : CHUNK;
        SNQ_TRY(cancelled(f));
        SNQ_TRY(snq_film_planes_read(f->original, f->film.frames, at, n, f->side[0], f->side[1]));
        snq_loud_slots_push(loud, f->side[0], f->side[1], n);
        SNQ_TRY(loud->st);
        if (duck)
            SNQ_TRY(snq_speech_duck_push(duck, f->side[0], f->side[1], n));
    }
    return duck ? snq_speech_duck_finish(duck, &f->curve) : SNQ_OK;
}

static snq_status know_original(film_out *f, double *lufs)
{
    const snq_speech_duck_cfg cfg = snq_speech_duck_cfg_default();
    snq_speech_duck *duck = NULL;
    snq_loud_slots loud;
    snq_status st = snq_loud_slots_init(&loud, SNQ_FILM_RATE_HZ);
    if (st >= 0 && f->cfg->original == SNQ_ORIGINAL_DUCK)
        st = snq_speech_duck_new(&cfg, &duck);
    if (st >= 0)
        st = measure_original(f, duck, &loud);
    *lufs = snq_loud_integrated(loud.power, loud.count);
    snq_speech_duck_free(duck);
    snq_loud_slots_clear(&loud);
    return st;
}

/* ---- the sum ---- */

static double linear(double db)
{
    return pow(10.0, db / 20.0);
}

/* How loud both are before they are added. */
static snq_status set_levels(film_out *f)
{
    snq_film_out_report *r = f->report;
    const double target = (double)f->cfg->lufs;
    double original = -INFINITY, music;
    SNQ_TRY(measure_music(f, &music));
    if (f->film.has_sound)
        SNQ_TRY(know_original(f, &original));
    r->original_lufs = isfinite(original) ? original : (double)NAN;
    if (!isfinite(original)) { /* none, or silence: nothing to make room for */
        r->original = SNQ_ORIGINAL_REPLACE;
        snq_duck_curve_clear(&f->curve);
    } else {
        r->original_db = fmin(fmax(target - original, -BOOST_DB), BOOST_DB);
        const double reached = original + r->original_db;
        r->music_db = fmax(reached, target - REACH_DB) - (isfinite(music) ? music : target);
        if (r->original == SNQ_ORIGINAL_KEEP)
            r->music_db += KEEP_DB;
    }
    f->original_gain = linear(r->original_db);
    f->music_gain = isfinite(music) ? linear(r->music_db) : 1.0;
    r->duck_deepest_db = (double)f->curve.deepest_db;
    r->duck_share = (double)f->curve.share;
    r->speech_share = (double)f->curve.speech_share;
    return SNQ_OK;
}

/* The music, as it comes. */
typedef struct feed {
    film_out *f;
    snq_audio block;
    size_t used; /* of the block */
    int ended;
} feed;

static snq_status feed_music(feed *d, size_t n)
{
    film_out *f = d->f;
    float *const *to = &f->side[2];
    size_t i = 0;
    memset(to[0], 0, n * sizeof(float));
    memset(to[1], 0, n * sizeof(float));
    while (i < n && !d->ended) {
        if (d->used == d->block.frames) {
            const snq_status st = snq_reader_pull(f->music, &d->block);
            if (st < 0)
                return music_failed(f, st);
            d->used = 0;
            d->ended = st == SNQ_END;
            continue;
        }
        const size_t left = d->block.frames - d->used, k = n - i < left ? n - i : left;
        for (int c = 0; c < 2; c++)
            memcpy(to[c] + i, d->block.channel[c] + d->used, k * sizeof(float));
        d->used += k;
        i += k;
    }
    return SNQ_OK;
}

/* Music that goes on after the picture ends with it softly. */
static void fade_end(const film_out *f, uint64_t at, size_t n)
{
    const uint64_t fade = (uint64_t)(FADE_S * SNQ_FILM_RATE_HZ), end = f->film.frames;
    for (size_t i = 0; i < n; i++) {
        const uint64_t left = end - (at + i);
        if (left > fade)
            continue;
        const float g = (float)(left - 1) / (float)fade;
        f->side[2][i] *= g;
        f->side[3][i] *= g;
    }
}

static snq_status add_chunk(feed *d, uint64_t at, size_t n)
{
    film_out *f = d->f;
    const int both = f->report->original != SNQ_ORIGINAL_REPLACE;
    SNQ_TRY(feed_music(d, n));
    fade_end(f, at, n);
    if (both) {
        SNQ_TRY(snq_film_planes_read(f->original, f->film.frames, at, n, f->side[0], f->side[1]));
        snq_duck_curve_apply(&f->curve, (int64_t)at, f->side[2], f->side[3], n);
        const float o = (float)f->original_gain, m = (float)f->music_gain;
        for (int c = 0; c < 2; c++)
            for (size_t i = 0; i < n; i++)
                f->side[2 + c][i] = o * f->side[c][i] + m * f->side[2 + c][i];
    }
    const snq_audio block = { .channel = { f->side[2], f->side[3] },
                              .channels = 2,
                              .rate_hz = SNQ_FILM_RATE_HZ,
                              .frames = n };
    return snq_mix_down_take(f->mix, &block);
}

static snq_status add_all(film_out *f)
{
    feed d = { .f = f };
    int fd = -1;
    snq_status st = open_music(f, &fd);
    for (uint64_t at = 0; st >= 0 && at < f->film.frames; at += CHUNK) {
        const uint64_t left = f->film.frames - at;
        st = cancelled(f);
        if (st >= 0)
            st = add_chunk(&d, at, left < CHUNK ? (size_t)left : CHUNK);
    }
    snq_reader_free(f->music);
    f->music = NULL;
    if (fd >= 0)
        close(fd);
    return st;
}

static snq_status take_record(void *user, const snq_audio *block)
{
    film_out *f = user;
    SNQ_TRY(snq_film_planes_write(f->sound, f->film.frames, f->written, block->frames,
                                  block->channel[0], block->channel[1]));
    f->written += block->frames;
    return SNQ_OK;
}

/* The new sound. */
static snq_status master(film_out *f)
{
    snq_mix_plan plan;
    snq_warnings unused = { 0 };
    SNQ_TRY(snq_spill_reset(f->sound));
    f->written = 0;
    SNQ_TRY(snq_mix_plan_init(&plan, 1));
    plan.master.inserts = (snq_chain_plan) { 0 };
    plan.master.target_lufs = (float)f->target_lufs;
    plan.master.ceiling_dbtp = (float)f->ceiling_dbtp;
    plan.master.bass_mono_hz = 0.0f;
    const snq_mix_down_cfg cfg = { .plan = &plan,
                                   .rate_hz = SNQ_FILM_RATE_HZ,
                                   .threads = f->cfg->threads ? f->cfg->threads
                                                              : snq_pool_cfg_default().workers,
                                   .cancel = f->cfg->hooks.cancel };
    snq_status st = snq_mix_down_new(&cfg, &unused, &f->mix);
    if (st >= 0)
        st = add_all(f);
    if (st >= 0)
        st = snq_mix_down_finish(f->mix, 0, take_record, f, &f->figures);
    snq_mix_down_free(
        f->mix); /* with its threads: the next worker is forked from a process with one */
    f->mix = NULL;
    snq_mix_plan_clear(&plan);
    return st;
}

/* ---- the film ---- */

static snq_status make_film(film_out *f)
{
    f->target_lufs = (double)f->cfg->lufs;
    f->ceiling_dbtp = (double)f->cfg->ceiling_dbtp - HEADROOM_DB;
    for (;;) {
        f->report->tries++;
        SNQ_TRY(master(f));
        SNQ_TRY(question(f, 1));
        if (!falls_short(f))
            return SNQ_OK;
        f->ceiling_dbtp =
            fmax(f->ceiling_dbtp - fmax(excess_db(f) + HEADROOM_DB / 2.0, 0.0), -12.0);
        f->target_lufs = fmin(fmax(f->target_lufs + lack_lu(f), -40.0), -5.0);
    }
}

static snq_status begin_film(film_out *f)
{
    for (int i = 0; i < 4; i++)
        if (!(f->side[i] = snq_alloc(CHUNK, sizeof(float))))
            return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a film's sound");
    SNQ_TRY(snq_spill_open(&f->original));
    SNQ_TRY(snq_spill_open(&f->sound));
    SNQ_TRY(question(f, 0));
    return snq_film_fits(&f->film.film, f->container);
}

static void describe(const film_out *f)
{
    snq_film_out_report *r = f->report;
    const snq_film_info *film = &f->film.film;
    snprintf(r->video_codec, sizeof r->video_codec, "%s", film->video_codec);
    snprintf(r->audio_codec, sizeof r->audio_codec, "%s", f->made.film.audio_codec);
    snprintf(r->container, sizeof r->container, "%s", snq_film_ending(f->container) + 1);
    r->pictures = f->made.film.pictures;
    r->length_s = film->length_s;
    r->sound_s = (double)f->made.film.frames / SNQ_FILM_RATE_HZ;
    r->original_had_sound = film->audio_codec[0] != '\0';
    r->lufs = f->made.lufs;
    r->true_peak_dbtp = 20.0 * log10(f->made.true_peak);
    if (film->turned && (f->container == SNQ_FILM_MKV || f->container == SNQ_FILM_WEBM))
        snq_warnings_add(&r->warnings, "rotation_lost", -1,
                         "the picture is to be shown turned, which %s doesn't say: name the output "
                         ".mp4",
                         snq_film_ending(f->container));
    if (excess_db(f) > SLACK_DB)
        snq_warnings_add(&r->warnings, "ceiling_not_reached", -1,
                         "coding makes peaks of %.2f dBTP out of %.2f; a ceiling of %g is not kept",
                         r->true_peak_dbtp, f->figures.true_peak_dbtp,
                         (double)f->cfg->ceiling_dbtp);
    if (isfinite(r->lufs) && fabs(r->lufs - (double)f->cfg->lufs) > LUFS_OFF)
        snq_warnings_add(&r->warnings, "loudness_not_reached", -1,
                         "%.1f LUFS, not %g: its peaks stand in the way", r->lufs,
                         (double)f->cfg->lufs);
    snq_warnings_join(&r->warnings, &f->film.warnings);
}

static void clear(film_out *f)
{
    for (int i = 0; i < 4; i++)
        snq_free(f->side[i]);
    if (f->original >= 0)
        close(f->original);
    if (f->sound >= 0)
        close(f->sound);
    snq_duck_curve_clear(&f->curve);
}

snq_status snq_film_out_probe(const snq_film_out_cfg *cfg)
{
    snq_film_out_report report = { 0 };
    SNQ_TRY(snq_film_out_check(cfg));
    film_out *f = snq_calloc(1, sizeof *f);
    if (!f)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a film");
    f->cfg = cfg;
    f->report = &report;
    f->original = f->sound = -1;
    snq_status st = snq_film_container_of(cfg->out, &f->container);
    if (st >= 0)
        st = begin_film(f);
    clear(f);
    snq_free(f);
    return st;
}

snq_status snq_film_out_run(const snq_film_out_cfg *cfg, snq_film_out_report *report)
{
    *report = (snq_film_out_report) { .original = cfg->original, .original_lufs = (double)NAN };
    SNQ_TRY(snq_film_out_check(cfg));
    if (!cfg->music)
        return SNQ_FAIL(SNQ_ERR_ARG, "no name of the music");
    film_out *f = snq_calloc(1, sizeof *f);
    if (!f)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a film");
    f->cfg = cfg;
    f->report = report;
    f->keeps = cfg->original != SNQ_ORIGINAL_REPLACE;
    f->original = f->sound = -1;
    snq_status st = snq_film_container_of(cfg->out, &f->container);
    if (st >= 0)
        st = begin_film(f);
    if (st >= 0)
        st = set_levels(f);
    if (st >= 0)
        st = make_film(f);
    if (st >= 0)
        describe(f);
    clear(f);
    snq_free(f);
    return st;
}

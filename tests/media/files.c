// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "files.h"

#include <dirent.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64];

const char *files_folder(void)
{
    if (!folder[0]) {
        const char *base = getenv("TMPDIR");
        snprintf(folder, sizeof folder, "%.40s/snq-media-XXXXXX", base ? base : P_tmpdir);
        assert_non_null(mkdtemp(folder));
    }
    return folder;
}

const char *files_path(const char *name)
{
    static char path[4][512];
    static int turn;
    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof path[turn], "%s/%s", files_folder(), name);
    return path[turn];
}

void files_write(const char *name, const void *p, size_t n)
{
    FILE *f = fopen(files_path(name), "wb");
    assert_non_null(f);
    assert_int_equal(n ? fwrite(p, 1, n, f) : 0, n);
    assert_int_equal(fclose(f), 0);
}

uint8_t *files_read(const char *name, size_t *n)
{
    FILE *f = fopen(files_path(name), "rb");
    if (!f)
        return NULL;
    fseek(f, 0, SEEK_END);
    *n = (size_t)ftell(f);
    rewind(f);
    uint8_t *p = malloc(*n + 1);
    assert_non_null(p);
    assert_int_equal(fread(p, 1, *n, f), *n);
    p[*n] = 0;
    fclose(f);
    return p;
}

int files_exists(const char *name)
{
    return access(files_path(name), F_OK) == 0;
}

int files_count(void)
{
    int n = 0;
    DIR *d = opendir(files_folder());
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d));)
        n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    closedir(d);
    return n;
}

int files_remove(void **state)
{
    char command[128];
    if (folder[0]) {
        snprintf(command, sizeof command, "rm -rf '%s'", folder);
        if (system(command) != 0)
            return -1;
        folder[0] = '\0';
    }
    return 0;
}

int files_have(const char *command)
{
    char line[128];
    snprintf(line, sizeof line, "command -v %s >/dev/null 2>&1", command);
    return system(line) == 0;
}

int files_run(const char *command)
{
    char line[2048];
    snprintf(line, sizeof line, "cd '%s' && %s", files_folder(), command);
    const int status = system(line);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void put(bytes *b, const void *p, size_t n)
{
    if (n == 0)
        return;
    if (b->n + n > b->room) {
        b->room = (b->n + n) * 2;
        b->p = realloc(b->p, b->room);
        assert_non_null(b->p);
    }
    if (p)
        memcpy(b->p + b->n, p, n);
    else
        memset(b->p + b->n, 0, n);
    b->n += n;
}

void put_id(bytes *b, const char *id)
{
    put(b, id, 4);
}

void set_uint(bytes *b, size_t at, uint64_t v, int size)
{
    for (int i = 0; i < size; i++)
        b->p[at + (size_t)(b->big ? size - 1 - i : i)] = (uint8_t)(v >> 8 * i);
}

void put_uint(bytes *b, uint64_t v, int size)
{
    put(b, NULL, (size_t)size);
    set_uint(b, b->n - (size_t)size, v, size);
}

double wav_signal(uint32_t frame, uint32_t channel)
{
    return 0.9 * sin(0.05 * (channel + 1) * frame + channel);
}

/* The integer that stands for the signal in `bits` bits. */
static int64_t quantised(uint32_t bits, uint32_t frame, uint32_t channel)
{
    return (int64_t)floor(wav_signal(frame, channel) * ldexp(1, (int)bits - 1) + 0.5);
}

double wav_expected(const wav_spec *s, uint32_t frame, uint32_t channel)
{
    if (s->is_float)
        return (float)wav_signal(frame, channel);
    return (float)ldexp((double)quantised(s->bits, frame, channel), 1 - (int)s->bits);
}

static void put_samples(bytes *b, const wav_spec *s)
{
    const uint32_t size = s->container ? s->container : (s->bits + 7) / 8;
    for (uint32_t i = 0; i < s->frames; i++)
        for (uint32_t c = 0; c < s->channels; c++) {
            uint64_t v;
            if (s->is_float && size == 4) {
                const float x = (float)wav_signal(i, c);
                uint32_t u;
                memcpy(&u, &x, 4);
                v = u;
            } else if (s->is_float) {
                const double x = wav_signal(i, c);
                memcpy(&v, &x, 8);
            } else {
                v = (uint64_t)(quantised(s->bits, i, c) * ((int64_t)1 << (8 * size - s->bits)));
                if (size == 1 && s->form != WAV_AIFF && s->form != WAV_AIFC)
                    v += 128;
            }
            put_uint(b, v, (int)size);
        }
}

static void put_fmt_body(bytes *b, const wav_spec *s)
{
    static const uint8_t tail[14] = { 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71 };
    const uint32_t size = s->container ? s->container : (s->bits + 7) / 8;
    const uint32_t tag = s->is_float ? 3 : 1;
    put_uint(b, s->extensible ? 0xFFFE : tag, 2);
    put_uint(b, s->channels, 2);
    put_uint(b, s->rate, 4);
    put_uint(b, (uint64_t)s->rate * s->channels * size, 4);
    put_uint(b, s->channels * size, 2);
    put_uint(b, s->extensible ? size * 8 : s->bits, 2);
    if (s->extensible) {
        put_uint(b, 22, 2);
        put_uint(b, s->bits, 2);
        put_uint(b, s->mask, 4);
        put_uint(b, tag, 2);
        put(b, tail, sizeof tail);
    }
}

static void build_riff(bytes *b, const wav_spec *s, size_t *data_at)
{
    static const char *const heads[] = { "RIFF", "RIFX", "RF64", "BW64" };
    const int wide = s->form == WAV_RF64 || s->form == WAV_BW64;
    size_t ds64 = 0;
    b->big = s->form == WAV_RIFX;
    put_id(b, heads[s->form]);
    put_uint(b, 0, 4);
    put_id(b, "WAVE");
    if (wide) {
        put_id(b, "ds64");
        put_uint(b, 28, 4);
        ds64 = b->n;
        put(b, NULL, 28);
    }
    put_id(b, "fmt ");
    put_uint(b, s->extensible ? 40 : 16, 4);
    put_fmt_body(b, s);
    put_id(b, "data");
    put_uint(b, 0, 4);
    const size_t start = b->n;
    put_samples(b, s);
    const size_t data = b->n - start;
    set_uint(b, start - 4, wide ? 0xFFFFFFFF : data, 4);
    if (data & 1)
        put_uint(b, 0, 1);
    set_uint(b, 4, wide ? 0xFFFFFFFF : b->n - 8, 4);
    if (wide) {
        set_uint(b, ds64, b->n - 8, 8);
        set_uint(b, ds64 + 8, data, 8);
        set_uint(b, ds64 + 16, s->frames, 8);
    }
    if (data_at)
        *data_at = start;
}

static void put_guid(bytes *b, const char *id, int is_riff)
{
    static const uint8_t riff[12] = { 0x2e, 0x91, 0xcf, 0x11, 0xa5, 0xd6,
                                      0x28, 0xdb, 0x04, 0xc1, 0,    0 };
    static const uint8_t other[12] = { 0xf3, 0xac, 0xd3, 0x11, 0x8c, 0xd1,
                                       0,    0xc0, 0x4f, 0x8e, 0xdb, 0x8a };
    put_id(b, id);
    put(b, is_riff ? riff : other, 12);
}

static void build_w64(bytes *b, const wav_spec *s, size_t *data_at)
{
    put_guid(b, "riff", 1);
    put_uint(b, 0, 8);
    put_guid(b, "wave", 0);
    put_guid(b, "fmt ", 0);
    put_uint(b, 24 + 16, 8);
    put_fmt_body(b, s);
    put_guid(b, "data", 0);
    put_uint(b, 0, 8);
    const size_t start = b->n;
    put_samples(b, s);
    set_uint(b, start - 8, b->n - start + 24, 8);
    while (b->n % 8)
        put_uint(b, 0, 1);
    set_uint(b, 16, b->n, 8);
    if (data_at)
        *data_at = start;
}

static void build_aiff(bytes *b, const wav_spec *s, size_t *data_at)
{
    const char *type = s->aifc ? s->aifc : "NONE";
    int exponent = 0;
    const double mantissa = frexp(s->rate, &exponent); /* in [0.5, 1) */
    b->big = 1;
    put_id(b, "FORM");
    put_uint(b, 0, 4);
    put_id(b, s->form == WAV_AIFC ? "AIFC" : "AIFF");
    put_id(b, "COMM");
    put_uint(b, s->form == WAV_AIFC ? 24 : 18, 4);
    put_uint(b, s->channels, 2);
    put_uint(b, s->frames, 4);
    put_uint(b, s->bits, 2);
    put_uint(b, (uint64_t)(exponent - 1 + 16383), 2);
    put_uint(b, (uint64_t)ldexp(mantissa, 53) << 11, 8);
    if (s->form == WAV_AIFC) {
        put_id(b, type);
        put_uint(b, 0, 2);
    }
    put_id(b, "SSND");
    put_uint(b, 0, 4);
    put_uint(b, 0, 8);
    const size_t start = b->n;
    b->big = strcmp(type, "sowt") != 0 && strcmp(type, "42ni") != 0 && strcmp(type, "23ni") != 0;
    put_samples(b, s);
    b->big = 1;
    set_uint(b, start - 12, b->n - start + 8, 4);
    if (b->n & 1)
        put_uint(b, 0, 1);
    set_uint(b, 4, b->n - 8, 4);
    if (data_at)
        *data_at = start;
}

bytes wav_build(const wav_spec *s, size_t *data_at)
{
    bytes b = { 0 };
    if (s->form == WAV_W64)
        build_w64(&b, s, data_at);
    else if (s->form == WAV_AIFF || s->form == WAV_AIFC)
        build_aiff(&b, s, data_at);
    else
        build_riff(&b, s, data_at);
    return b;
}

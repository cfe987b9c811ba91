// SPDX-License-Identifier: MIT
/* motion_store -- rows in, columns out.
 *
 * IDEA   Flow comes frame by frame, but rhythm is in what one place does over time. So SPAN frames
 *        are gathered, then turned into a block in which each cell's frames stand side by side; to
 *        read a cell is to read one short piece of each block.
 *
 * STEPS  frame t: step[t] = max(|u|, |v|) / 32767;   q = round(u / step)
 *        block:   per cell  u int16 (SPAN,), v int16 (SPAN,), confidence uint8 (SPAN,)
 *        While all blocks take at most memory_max, they stay in memory; then they are written to the
 *        spill file, and so is every later one. The last block may be part full.
 *        Reading from the file goes through a cache of READ_CELLS neighbouring cells a block, since
 *        they are asked for in order.
 *
 * CONST  SPAN 128: a piece of 640 bytes. 16 bits of the frame's largest: a step is 1e-4 px where
 *        the fastest cell moves 3 px a frame, far under the noise of any flow.
 *
 * COST   5 bytes a cell and frame: 12 kB a frame of 64x36 cells. Memory: memory_max, two blocks, 4
 *        bytes a frame, and when spilt, 10 kB for each SPAN frames (the read cache).
 *
 * LIMITS One frame with an outlier of 1000 px has steps of 0.03 px. */
#include "watch/motion_store.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"

enum { SPAN = 128, CELLS_MAX = 65536, PIECE = 5 * SPAN, READ_CELLS = 16 };
#define FLOW_MAX 1e4f /* px a frame */

struct snq_motion_store {
    snq_motion_store_cfg cfg;
    uint32_t frames;
    float *step; /* (room,) of each frame */
    uint32_t room;
    int16_t *rows;      /* (SPAN, 2, cells) frames that are being gathered */
    uint8_t *certainty; /* (SPAN, cells) */
    uint8_t *turned;    /* (cells, PIECE) one block, for writing */
    uint8_t **block;    /* (blocks,) in memory */
    uint32_t blocks, block_room;
    int spilt;
    uint8_t *cache; /* (blocks + 1, READ_CELLS, PIECE) when spilt */
    uint32_t cache_blocks, cache_cell, cache_cells;
};

snq_status snq_motion_store_new(const snq_motion_store_cfg *cfg, snq_motion_store **out)
{
    *out = NULL;
    if (cfg->cells < 1 || cfg->cells > CELLS_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "%u cells are not in 1 .. %d", cfg->cells, CELLS_MAX);
    snq_motion_store *s = snq_calloc(1, sizeof *s);
    if (!s)
        goto fail;
    s->cfg = *cfg;
    s->rows = snq_calloc((size_t)SPAN * 2 * cfg->cells, sizeof *s->rows);
    s->certainty = snq_calloc((size_t)SPAN * cfg->cells, 1);
    s->turned = snq_calloc((size_t)cfg->cells * PIECE, 1);
    if (!s->rows || !s->certainty || !s->turned)
        goto fail;
    *out = s;
    return SNQ_OK;
fail:
    snq_motion_store_free(s);
    return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a lattice of %u cells", cfg->cells);
}

void snq_motion_store_free(snq_motion_store *s)
{
    if (!s)
        return;
    for (uint32_t i = 0; i < s->blocks; i++)
        if (s->block)
            snq_free(s->block[i]);
    snq_free(s->block);
    snq_free(s->step);
    snq_free(s->rows);
    snq_free(s->certainty);
    snq_free(s->turned);
    snq_free(s->cache);
    snq_free(s);
}

/* Gathered rows -> one piece a cell. Cells go in groups whose lines stay in the first cache. */
static void turn(const snq_motion_store *s, uint8_t *to)
{
    enum { GROUP = 32 };
    const uint32_t cells = s->cfg.cells;
    for (uint32_t from = 0; from < cells; from += GROUP) {
        const uint32_t end = from + GROUP < cells ? from + GROUP : cells;
        for (uint32_t t = 0; t < SPAN; t++) {
            const int16_t *u = s->rows + (size_t)t * 2 * cells, *v = u + cells;
            const uint8_t *c = s->certainty + (size_t)t * cells;
            for (uint32_t i = from; i < end; i++) {
                uint8_t *piece = to + (size_t)i * PIECE;
                memcpy(piece + 2 * (size_t)t, &u[i], 2);
                memcpy(piece + 2 * ((size_t)SPAN + t), &v[i], 2);
                piece[4 * SPAN + t] = c[i];
            }
        }
    }
}

static snq_status write_block(const snq_motion_store *s, uint32_t number, const uint8_t *bytes)
{
    const size_t size = (size_t)s->cfg.cells * PIECE;
    const off_t at = (off_t)number * (off_t)size;
    for (size_t done = 0; done < size;) {
        const ssize_t n = pwrite(s->cfg.spill_fd, bytes + done, size - done, at + (off_t)done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return SNQ_FAIL(SNQ_ERR_IO, "spill file of motion: %s", n ? strerror(errno) : "full");
        done += (size_t)n;
    }
    return SNQ_OK;
}

static snq_status read_bytes(const snq_motion_store *s, uint8_t *to, size_t size, off_t at)
{
    for (size_t done = 0; done < size;) {
        const ssize_t n = pread(s->cfg.spill_fd, to + done, size - done, at + (off_t)done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return SNQ_FAIL(SNQ_ERR_IO, "spill file of motion: %s", n ? strerror(errno) : "cut");
        done += (size_t)n;
    }
    return SNQ_OK;
}

/* Everything that is in memory goes to the file. */
static snq_status spill(snq_motion_store *s)
{
    for (uint32_t i = 0; i < s->blocks; i++)
        SNQ_TRY(write_block(s, i, s->block[i]));
    for (uint32_t i = 0; i < s->blocks; i++)
        snq_free(s->block[i]);
    snq_free(s->block);
    s->block = NULL; /* blocks are counted on, but none is here any more */
    s->block_room = 0;
    s->spilt = 1;
    return SNQ_OK;
}

/* The gathered SPAN frames become block s->blocks. */
static snq_status keep_block(snq_motion_store *s)
{
    const size_t size = (size_t)s->cfg.cells * PIECE;
    if (!s->spilt && (s->blocks + 1) * size > s->cfg.memory_max) {
        if (s->cfg.spill_fd < 0)
            return SNQ_FAIL(SNQ_ERR_TOO_BIG, "%u frames of motion take over %zu bytes", s->frames,
                            s->cfg.memory_max);
        SNQ_TRY(spill(s));
    }
    if (s->spilt) {
        turn(s, s->turned);
        SNQ_TRY(write_block(s, s->blocks, s->turned));
        s->blocks++;
        return SNQ_OK;
    }
    if (s->blocks == s->block_room) {
        const uint32_t room = s->block_room ? 2 * s->block_room : 16;
        uint8_t **block = snq_regrow(s->block, s->block_room, room, sizeof *block);
        if (!block)
            return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %u blocks of motion", room);
        s->block = block;
        s->block_room = room;
    }
    uint8_t *bytes = snq_calloc(size, 1);
    if (!bytes)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %u frames of motion", s->frames);
    turn(s, bytes);
    s->block[s->blocks++] = bytes;
    return SNQ_OK;
}

static float largest(const float *lattice, uint32_t cells)
{
    float most = 0;
    for (uint32_t i = 0; i < cells; i++) {
        const float u = fabsf(lattice[3 * i]), v = fabsf(lattice[3 * i + 1]);
        const float m = u > v ? u : v;
        if (m <= FLOW_MAX && m > most) /* false for NaN */
            most = m;
    }
    return most;
}

snq_status snq_motion_store_push(snq_motion_store *s, const float *lattice)
{
    const uint32_t cells = s->cfg.cells;
    if (s->frames >= s->cfg.frames_max)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "more than %u frames of motion", s->cfg.frames_max);
    if (s->frames && s->frames % SPAN == 0 && s->blocks < s->frames / SPAN)
        SNQ_TRY(keep_block(s));
    if (s->frames == s->room) {
        const uint32_t room = s->room ? 2 * s->room : 1024;
        float *step = snq_regrow(s->step, s->room, room, sizeof *step);
        if (!step)
            return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %u frames of motion", room);
        s->step = step;
        s->room = room;
    }
    const float most = largest(lattice, cells), step = most / 32767.0f;
    const float per = most > 0 ? 32767.0f / most : 0;
    const uint32_t t = s->frames % SPAN;
    int16_t *u = s->rows + (size_t)t * 2 * cells, *v = u + cells;
    uint8_t *c = s->certainty + (size_t)t * cells;
    for (uint32_t i = 0; i < cells; i++) {
        const float x = lattice[3 * i], y = lattice[3 * i + 1], sure = lattice[3 * i + 2];
        const int good = fabsf(x) <= most && fabsf(y) <= most && sure > 0;
        const float qx = good ? x * per : 0, qy = good ? y * per : 0;
        u[i] = (int16_t)(qx < 0 ? qx - 0.5f : qx + 0.5f);
        v[i] = (int16_t)(qy < 0 ? qy - 0.5f : qy + 0.5f);
        c[i] = (uint8_t)(good ? (sure < 1 ? sure : 1) * 255.0f + 0.5f : 0);
    }
    s->step[s->frames++] = step;
    return SNQ_OK;
}

uint32_t snq_motion_store_frames(const snq_motion_store *s)
{
    return s->frames;
}

/* Fill the read cache with the pieces of READ_CELLS cells of each whole block in the file. */
static snq_status fetch(snq_motion_store *s, uint32_t cell)
{
    const size_t wide = (size_t)READ_CELLS * PIECE;
    if (s->cache_blocks < s->blocks || !s->cache) {
        snq_free(s->cache);
        s->cache_cells = 0;
        s->cache = snq_calloc((size_t)s->blocks + 1, wide);
        if (!s->cache)
            return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory to read motion");
        s->cache_blocks = s->blocks;
    }
    const uint32_t from = cell / READ_CELLS * READ_CELLS;
    const uint32_t n = s->cfg.cells - from < READ_CELLS ? s->cfg.cells - from : READ_CELLS;
    s->cache_cells = 0;
    for (uint32_t b = 0; b < s->blocks; b++)
        SNQ_TRY(read_bytes(s, s->cache + b * wide, (size_t)n * PIECE,
                           ((off_t)b * s->cfg.cells + from) * PIECE));
    s->cache_cell = from;
    s->cache_cells = n;
    return SNQ_OK;
}

static void scale(float *to, const uint8_t *from, const float *step, uint32_t n)
{
    int16_t q[SPAN];
    memcpy(q, from, sizeof q);
    for (uint32_t t = 0; t < n; t++)
        to[t] = (float)q[t] * step[t];
}

snq_status snq_motion_store_read(snq_motion_store *s, uint32_t cell, float *u, float *v,
                                 float *confidence)
{
    if (s->spilt && (!s->cache_cells || cell < s->cache_cell ||
                     cell >= s->cache_cell + s->cache_cells || s->cache_blocks < s->blocks))
        SNQ_TRY(fetch(s, cell));
    for (uint32_t b = 0; b < s->blocks; b++) {
        const uint8_t *piece =
            s->spilt ? s->cache + ((size_t)b * READ_CELLS + cell - s->cache_cell) * PIECE
                     : s->block[b] + (size_t)cell * PIECE;
        const uint32_t t0 = b * SPAN;
        if (u)
            scale(u + t0, piece, s->step + t0, SPAN);
        if (v)
            scale(v + t0, piece + 2 * SPAN, s->step + t0, SPAN);
        for (uint32_t t = 0; confidence && t < SPAN; t++)
            confidence[t0 + t] = (float)piece[4 * SPAN + t] / 255.0f;
    }
    for (uint32_t t = s->blocks * SPAN; t < s->frames; t++) {
        const size_t row = t - s->blocks * SPAN;
        if (u)
            u[t] = (float)s->rows[row * 2 * s->cfg.cells + cell] * s->step[t];
        if (v)
            v[t] = (float)s->rows[(row * 2 + 1) * s->cfg.cells + cell] * s->step[t];
        if (confidence)
            confidence[t] = (float)s->certainty[row * s->cfg.cells + cell] / 255.0f;
    }
    return SNQ_OK;
}

// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/attr.h"
#include "base/rng.h"
#include "map/expression.h"

static double worth(const char *text, double x)
{
    snq_expression e;
    check_ok(snq_expression_compile(text, &e, NULL));
    return snq_expression_at(&e, x);
}

/* The C compiler is the oracle. */
static void agrees_with_c(void **state)
{
    for (double x = -2.25; x <= 2.5; x += 0.25) {
#define SAME(text, value) \
    check_near(worth(text, x), (double)(value), 1e-12 * (1 + fabs((double)(value))))
        SAME("x", x);
        SAME("1 + 2 * x - x / 4", 1 + 2 * x - x / 4);
        SAME("-x^2", -(x * x));
        SAME("(-x)^2", x * x);
        SAME("2^3^2", 512);
        SAME("2^-1", 0.5);
        SAME("8 - 3 - 2", 3);
        SAME("64 / 4 / 2", 8);
        SAME("-7 % 4 + x", fmod(-7, 4) + x);
        SAME("x < 1", x < 1);
        SAME("x <= 1", x <= 1);
        SAME("x > 1", x > 1);
        SAME("x >= 1", x >= 1);
        SAME("x == 1", x == 1);
        SAME("x != 1", x != 1);
        SAME("!x", !x);
        SAME("!(x > 0) || x > 1 && x < 2", !(x > 0) || (x > 1 && x < 2));
        SAME("x < 0 ? -1 : x > 1 ? 1 : x", x < 0 ? -1 : x > 1 ? 1 : x);
        SAME("x == 0 ? 1 : sin(x) / x", x == 0 ? 1 : sin(x) / x);
        SAME("abs(x) + floor(x) + ceil(x) + round(x)", fabs(x) + floor(x) + ceil(x) + round(x));
        SAME("sqrt(x * x) + exp(x) + tanh(x)", sqrt(x * x) + exp(x) + tanh(x));
        SAME("log(x ^ 2 + 1) + log2(x * x + 1) + log10(x * x + 1)",
             log(x * x + 1) + log2(x * x + 1) + log10(x * x + 1));
        SAME("cos(x) + tan(x)", cos(x) + tan(x));
        SAME("min(x, 0.5) + max(x, 0.5)", fmin(x, 0.5) + fmax(x, 0.5));
        SAME("pow(2, x)", pow(2, x));
        SAME("step(1, x)", x >= 1);
        SAME("clamp(x, 0, 1)", fmin(fmax(x, 0), 1));
        SAME("mix(2, 4, x)", 2 + 2 * x);
        SAME("sign(x)", (x > 0) - (x < 0));
        SAME("smoothstep(0, 1, 0.25)", 0.25 * 0.25 * 2.5);
        SAME("pi + e + 1e1 + .5 + 2. + 1.5E-1", M_PI + M_E + 12.65);
        SAME(" ( ( x ) )\t+\n0\r", x);
        SAME("+x - - x", 2 * x);
#undef SAME
    }
}

static void what_is_no_number_is_nan(void **state)
{
    static const char *const none[] = { "1/0",           "0/0",      "log(-1)", "sqrt(-1)",
                                        "1e308 * 1e308", "exp(1e9)", "5 % 0",   "log(0)" };
    for (size_t i = 0; i < SNQ_COUNT(none); i++)
        assert_true(isnan(worth(none[i], 0.5)));
    assert_true(isnan(worth("1", NAN)));
    assert_true(worth("1 / 0 > 3", 0) == 1);
    assert_true(worth("0 / 0 == 0 / 0", 0) == 0);
    assert_true(worth("1 ? 2 : 1 / 0", 0) == 2);
    const snq_expression nothing = { 0 };
    assert_true(isnan(snq_expression_at(&nothing, 1)));
}

static void bad_ones_name_the_place(void **state)
{
    static const struct {
        const char *text, *words;
        snq_status st;
    } row[] = {
        { "", "character 1: the formula ends", SNQ_ERR_FORMAT },
        { "x +", "character 4: the formula ends", SNQ_ERR_FORMAT },
        { "x x", "character 3: \"x\", where an operator", SNQ_ERR_FORMAT },
        { "2 * y", "character 5: \"y\" is neither", SNQ_ERR_FORMAT },
        { "system(1)", "character 1: \"system\"", SNQ_ERR_FORMAT },
        { "sin x", "character 5: \"x\", where \"(\"", SNQ_ERR_FORMAT },
        { "sin(x, 1)", "character 6: sin takes 1 value", SNQ_ERR_FORMAT },
        { "min(x)", "character 6: min takes 2 values", SNQ_ERR_FORMAT },
        { "min(x 1)", "character 7: \"1\", where \")\"", SNQ_ERR_FORMAT },
        { "min()", "character 5: \")\", where a value", SNQ_ERR_FORMAT },
        { "(x", "character 3: the formula ends, \")\"", SNQ_ERR_FORMAT },
        { "x)", "character 2: \")\", where an operator", SNQ_ERR_FORMAT },
        { "x ? 1", "character 6: the formula ends, \":\"", SNQ_ERR_FORMAT },
        { "0 < x < 1", "character 7: comparisons", SNQ_ERR_FORMAT },
        { ".", "character 1: \".\", where a number", SNQ_ERR_FORMAT },
        { "1e999", "character 1: 1e999 is too large", SNQ_ERR_FORMAT },
        { "1e", "character 2: \"e\", where an operator", SNQ_ERR_FORMAT },
        { "0x10", "character 2: \"x\"", SNQ_ERR_FORMAT },
        { "nan", "\"nan\"", SNQ_ERR_FORMAT },
        { "x \xc3\xa4", "character 3: byte 0xc3", SNQ_ERR_FORMAT },
        { "x = 1", "character 3: \"=\"", SNQ_ERR_FORMAT },
        { "x & 1", "character 3: \"&\"", SNQ_ERR_FORMAT },
        { "1111111111111111111111111111111111111111111111111111111111111111", "64 characters",
          SNQ_ERR_TOO_BIG },
    };
    for (size_t i = 0; i < SNQ_COUNT(row); i++) {
        snq_expression e;
        uint32_t at = 999;
        check_status(snq_expression_compile(row[i].text, &e, &at), row[i].st);
        if (!strstr(snq_last_error(), row[i].words))
            fail_msg("%s: \"%s\" does not say \"%s\"", row[i].text, snq_last_error(), row[i].words);
        assert_true(!e.steps && at <= strlen(row[i].text));
    }
}

/* n times a, then x, then n times b. */
static snq_status nested(const char *a, const char *b, int n)
{
    char text[4096] = "";
    snq_expression e;
    for (int i = 0; i < n; i++)
        strcat(text, a);
    strcat(text, "x");
    for (int i = 0; i < n; i++)
        strcat(text, b);
    const snq_status st = snq_expression_compile(text, &e, NULL);
    if (st >= 0)
        assert_true(isfinite(snq_expression_at(&e, 0.5)));
    return st;
}

static void bombs_are_refused(void **state)
{
    check_ok(nested("(", ")", 16));
    check_status(nested("(", ")", 200), SNQ_ERR_TOO_BIG);
    check_status(nested("-", "", 400), SNQ_ERR_TOO_BIG);
    check_status(nested("1?1:", "", 100), SNQ_ERR_TOO_BIG);
    check_status(nested("2^", "", 100), SNQ_ERR_TOO_BIG);
    check_status(nested("x+", "", 150), SNQ_ERR_TOO_BIG); /* steps */
    check_status(nested("1+(", ")", 100), SNQ_ERR_TOO_BIG);
    check_status(nested("mix(1,2,", ")", 20), SNQ_ERR_TOO_BIG);   /* values at once */
    check_status(nested("x+x+x+x+x+", "", 100), SNQ_ERR_TOO_BIG); /* length */
    check_ok(nested("x+", "", 95));
}

/* Random heaps of tokens: compiled or refused with a word; what is compiled gives a number or none. */
static void random_tokens(void **state)
{
    static const char *const token[] = { "x", "1", ".5",   "(",    ")",      "+",  "-",  "*",  "/",
                                         "^", "%", "<",    ">=",   "==",     "!",  "&&", "||", "?",
                                         ":", ",", "sin(", "min(", "clamp(", "pi", "e",  " " };
    snq_rng rng;
    snq_rng_init(&rng, 1);
    int good = 0;
    for (int i = 0; i < 200000; i++) {
        char text[256] = "";
        snq_expression e;
        for (uint32_t n = 1 + snq_rng_below(&rng, 9); n--;)
            strcat(text, token[snq_rng_below(&rng, SNQ_COUNT(token))]);
        if (snq_expression_compile(text, &e, NULL) < 0) {
            assert_true(!e.steps && strstr(snq_last_error(), "character"));
            continue;
        }
        const double v = snq_expression_at(&e, snq_rng_uniform(&rng));
        assert_true(isnan(v) || isfinite(v));
        good++;
    }
    assert_true(good > 2000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_c),           cmocka_unit_test(what_is_no_number_is_nan),
        cmocka_unit_test(bad_ones_name_the_place), cmocka_unit_test(bombs_are_refused),
        cmocka_unit_test(random_tokens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: MIT
/* A module whose table is a number. */
extern const int snq_seven __attribute__((visibility("default")));
const int snq_seven = 7;

#pragma once
#include "../config/config.cuh"
#include "../primitives/memory.cuh"
#include "../routing/local_expert.cuh"
#include "../routing/token_count.cuh"

struct QuantizeArguments {
    const Element* values;            // [rows, columns]
    Operand* codes;                   // [rows, row_codes(columns)]; written
    float* scales;                    // [rows]; written: value = scale * code
    const float* factors;             // [columns], multiplied in first; null means 1
    const float* calibrated;          // calibrated scales: one, or of each expert where there are experts; null: each row has its own
    const int* expertOffsets;         // [E + 1] of rows in sorted order, the last one is their number; null: another order
    const int* tokenSelectedExperts;  // ids of rows in slot order, of which those without a local expert are left out; null: another order
    LocalExperts localExperts;        // from ids to experts 0..E-1
    const int* numTokensOnDevice;     // rows of tokens from this on are left out; null means T
    int numTokens;                    // T
    int rowsPerToken;                 // 1, or K
    int columns;                      // a multiple of 8
    int numExperts;                   // E
};
static_assert(sizeof(QuantizeArguments) == 104, "the launcher passes this layout");

#pragma once
#include "../config/config.cuh"
#include "../primitives/cp_async.cuh"
#include "../primitives/load_shared.cuh"
#include "slot_groups.cuh"
// Few rows times codes: what a warp multiplies goes by a ring of its own in shared memory, filled several steps ahead. Registers
// could not hold as much, and loads return in their order, so that activations would wait for the codes of later steps. A warp
// takes 16 weight rows as the m16 side of mma and the up to kGroupSlots rows of a group as the n8 side.

constexpr int kLaneCodes = 32 / kCodeWords;      // codes in 16 bytes
constexpr int kStreamDepth = 16 * kLaneCodes;    // elements of depth a round, by which warps divide the depth: 256 bytes of codes
constexpr int kStreamBytes = 8704;               // shared memory of a warp's ring: two blocks of GEMM1 fit the 164 KB of compute capability 8.0
constexpr int kGroupFragments = kGroupSlots / 8; // n8 fragments
constexpr int kWholeRows = 4 * kCodeWords;       // rows of activations that take no more than 64 bytes of codes of 16 weight rows

using StreamSums = Sum[kGroupFragments][4];

// What the ring holds of one step, for groups of up to kRows rows. In each four of lanes, lane c owns kLaneBytes of codes of the
// weight rows lane / 4 (low) and lane / 4 + 8 (high), and the same depth of the activations: inside mma the depth is permuted.
template <int kRows> struct StreamStep {
    static constexpr bool kWhole = kRows <= kWholeRows;                       // else half the codes, so that as many steps fit
    static constexpr int kFragments = (kRows + 7) / 8;
    static constexpr int kLaneBytes = kWhole ? 16 : 8, kLaneWords = kLaneBytes / 4;
    static constexpr int kParts = kLaneWords / kCodeWords;                    // eight elements of depth each
    static constexpr int kDepth = 32 * kParts;                                // elements of depth
    static constexpr int kRowBytes = 4 * kLaneBytes;                          // codes of a weight row
    static constexpr int kHigh = 8 * kRowBytes + (kWhole ? 0 : 64);           // from a low row to its high row: without bank conflicts
    static constexpr int kGroups = kDepth > kGroupSize ? kDepth / kGroupSize : 1;  // of a weight row
    static constexpr int kScaleRowBytes = kGroups > 2 ? 8 * kGroups : 16;     // the words with the scales of a low row and its high row
    static constexpr int kChunks = kDepth / 8;                                // 16-byte vectors of a row of activations
    static constexpr int kScales = kHigh + 8 * kRowBytes;                     // places in the step
    static constexpr int kZeroPoints = kScales + (kHasGroups ? 8 * kScaleRowBytes : 0);
#ifdef MOE_ZERO_POINTS
    static constexpr int kActivations = kZeroPoints + 8 * kScaleRowBytes;
#else
    static constexpr int kActivations = kZeroPoints;
#endif
    static constexpr int kBytes = kActivations + kRows * kChunks * 16;
    static constexpr int kSteps = kStreamBytes / kBytes < 6 ? kStreamBytes / kBytes : 6;  // in the ring
    static constexpr bool kScaledSums = kHasGroups && kGroupSize % kDepth == 0;  // one scale a weight row: it multiplies the sums of the step

    // Place of a 16-byte vector of an activation row. The swizzle keeps the eight lanes that read or write at once on different banks.
    __device__ static __forceinline__ int place(int row, int chunk) { return kActivations + (row * kChunks + (chunk ^ (row & 1) ^ (chunk / 8 * 2))) * 16; }
};

// The weight rows of a task: this lane's low one and high one.
struct StreamedRows {
    WeightRows weights;
    long long low, high;
    int columns;  // of a row
};

template <int kRows> struct CodeStream {
    using Step = StreamStep<kRows>;
    static constexpr int kCodeCopies = Step::kWhole ? 2 : 1, kScaleCopies = Step::kGroups > 2 ? 2 : 1, kActivationCopies = kRows * Step::kChunks / 32;

    SharedAddress ring;
    int end;    // of the depth
    int count;  // rows of the group
    const unsigned char* codes[kCodeCopies];  // of the first step, as for the activations
    WeightRows groups[kScaleCopies];          // of the row
    int low_group, high_group;                // the last two bits of the numbers of the rows' first groups: their places in words of four bytes
    const Operand* activations[kActivationCopies];
    int places[Step::kFragments][Step::kParts];  // where this lane reads activations

    // Of the two weight rows, the one that this lane copies.
    __device__ static __forceinline__ bool copies_high(int copy, int copies) { return copies == 2 ? copy == 1 : threadIdx.x % 2 == 1; }
    __device__ static __forceinline__ int copied_part(int copies) { return copies == 2 ? threadIdx.x % 4 : threadIdx.x % 4 / 2; }

    template <class RowOf>
    __device__ __forceinline__ CodeStream(SharedAddress ring, const StreamedRows& rows, const int* slots, int count, RowOf row_of, int begin, int end)
        : ring(ring), end(end), count(count) {
        const int lane = threadIdx.x % 32;
#pragma unroll
        for (int copy = 0; copy < kCodeCopies; ++copy)
            codes[copy] = rows_at(rows.weights, copies_high(copy, kCodeCopies) ? rows.high : rows.low, rows.columns, begin).codes + copied_part(kCodeCopies) * 16;
#pragma unroll
        for (int copy = 0; copy < kScaleCopies; ++copy)
            groups[copy] = rows_at(rows.weights, copies_high(copy, kScaleCopies) ? rows.high : rows.low, rows.columns, 0);
        low_group = static_cast<int>(rows.low) * (rows.columns / kGroupSize) & 3;
        high_group = static_cast<int>(rows.high) * (rows.columns / kGroupSize) & 3;
#pragma unroll
        for (int copy = 0; copy < kActivationCopies; ++copy)
            activations[copy] = row_of(slots[min(copied_row(copy), count - 1)]) + begin + lane % Step::kChunks * 8;
#pragma unroll
        for (int fragment = 0; fragment < Step::kFragments; ++fragment)
#pragma unroll
            for (int part = 0; part < Step::kParts; ++part)  // what becomes of rows beyond the last is left out
                places[fragment][part] = Step::place(min(fragment * 8 + lane / 4, count - 1), lane % 4 * Step::kParts + part);
    }

    // Activation row of a vector that this lane copies.
    __device__ static __forceinline__ int copied_row(int copy) { return (copy * 32 + threadIdx.x % 32) / Step::kChunks; }

    // Begins to copy a step, `number` steps after that of the pointers, into its place of the ring. Beyond the end activations are zeros and codes something finite.
    __device__ __forceinline__ void copy(int number, int depth) const {
        const int lane = threadIdx.x % 32;
        const SharedAddress step = ring + number % Step::kSteps * Step::kBytes;
#pragma unroll
        for (int copy = 0; copy < kCodeCopies; ++copy)
            cp_async_16(step + copies_high(copy, kCodeCopies) * Step::kHigh + lane / 4 * Step::kRowBytes + copied_part(kCodeCopies) * 16,
                        codes[copy] + number * Step::kRowBytes, depth + copied_part(kCodeCopies) * kLaneCodes < end);
        if constexpr (kHasGroups) copy_scales(step, depth);
#pragma unroll
        for (int copy = 0; copy < kActivationCopies; ++copy)
            if (copied_row(copy) < count)
                cp_async_cached_16(step + Step::place(copied_row(0), lane % Step::kChunks) + copy * 512, activations[copy] + number * Step::kDepth,
                                   depth + lane % Step::kChunks * 8 < end);
    }

    // The words of four bytes that hold the scales of the groups, and those with their zero points.
    __device__ __forceinline__ void copy_scales(SharedAddress step, int depth) const {
#pragma unroll
        for (int copy = 0; copy < kScaleCopies; ++copy) {
            const int part = copied_part(kScaleCopies), group = Step::kGroups > 1 ? part : 0;
            const SharedAddress place = step + threadIdx.x % 32 / 4 * Step::kScaleRowBytes + part * 8 + copies_high(copy, kScaleCopies) * 4;
            const bool valid = depth + group * kGroupSize < end;
            cp_async_4(place + Step::kScales, word_of(groups[copy].scales + group_at(depth) + group), valid);
#ifdef MOE_ZERO_POINTS
            cp_async_4(place + Step::kZeroPoints, word_of(groups[copy].zero_points + group_at(depth) + group), valid);
#endif
        }
    }

    // The word that an address is in.
    __device__ static __forceinline__ const void* word_of(const void* address) {
        return reinterpret_cast<const void*>(reinterpret_cast<unsigned long long>(address) & ~3ull);
    }

    // Group of a weight row at a depth.
    __device__ static __forceinline__ int group_at(int depth) { return static_cast<unsigned>(depth) / static_cast<unsigned>(kGroupSize); }

    // Scales of this lane's depth of a step that has been copied.
    __device__ __forceinline__ void load_scales(GroupScale& low, GroupScale& high, SharedAddress step, int depth) const {
        const int part = threadIdx.x % 4 * Step::kParts * 8 / kGroupSize, group = group_at(depth) + part;
        const SharedAddress place = step + threadIdx.x % 32 / 4 * Step::kScaleRowBytes + part * 8;
        const Vector8 scales = load_shared_8(place + Step::kScales);
        low.packed = scales.words[0] >> 16 * (low_group + group & 1) & 0xffffu;
        high.packed = scales.words[1] >> 16 * (high_group + group & 1) & 0xffffu;
#ifdef MOE_ZERO_POINTS
        const Vector8 zero_points = load_shared_8(place + Step::kZeroPoints);
        low.packed |= (zero_points.words[0] >> 8 * (low_group + group & 3) & 0xffu) << 16;
        high.packed |= (zero_points.words[1] >> 8 * (high_group + group & 3) & 0xffu) << 16;
#endif
    }

    // This lane's codes of a weight row.
    __device__ static __forceinline__ void load_codes(unsigned (&codes)[Step::kLaneWords], SharedAddress source) {
        if constexpr (Step::kWhole) {
            const Vector16 vector = load_shared_16(source);
#pragma unroll
            for (int i = 0; i < 4; ++i) codes[i] = vector.words[i];
        } else {
            const Vector8 vector = load_shared_8(source);
#pragma unroll
            for (int i = 0; i < 2; ++i) codes[i] = vector.words[i];
        }
    }

    // sums += the products of a step that has been copied.
    __device__ __forceinline__ void multiply(StreamSums& sums, int number, int depth) const {
        const SharedAddress step = ring + number * Step::kBytes, own = step + threadIdx.x % 32 * Step::kLaneBytes;
        unsigned low_codes[Step::kLaneWords], high_codes[Step::kLaneWords];
        load_codes(low_codes, own);
        load_codes(high_codes, own + Step::kHigh);
        GroupScale low_scale = {}, high_scale = {};
        if constexpr (kHasGroups) load_scales(low_scale, high_scale, step, depth);
        StreamSums products = {};
        StreamSums& target = Step::kScaledSums ? products : sums;
#pragma unroll
        for (int part = 0; part < Step::kParts; ++part) {
            const Vector16 low = decode_codes<!Step::kScaledSums>(low_codes + part * kCodeWords, low_scale);
            const Vector16 high = decode_codes<!Step::kScaledSums>(high_codes + part * kCodeWords, high_scale);
#pragma unroll
            for (int fragment = 0; fragment < Step::kFragments; ++fragment) {
                const Vector16 values = load_shared_16(step + places[fragment][part]);
#pragma unroll
                for (int half = 0; half < 2; ++half) {
                    const unsigned weights[4] = {low.words[2 * half], high.words[2 * half], low.words[2 * half + 1], high.words[2 * half + 1]};
                    mma(target[fragment], weights, values.words[2 * half], values.words[2 * half + 1]);
                }
            }
        }
        if constexpr (Step::kScaledSums) {
            const float low = unpack_low(low_scale.packed), high = unpack_low(high_scale.packed);
#pragma unroll
            for (int i = 0; i < Step::kFragments * 4; ++i) sums[i / 4][i % 4] = fmaf(products[i / 4][i % 4], i % 4 < 2 ? low : high, sums[i / 4][i % 4]);
        }
    }

    // sums += the products over [begin, end) of the depth.
    __device__ __forceinline__ void run(StreamSums& sums, int begin) {
        constexpr int kSteps = Step::kSteps;
        static_assert(kSteps > 1, "a step is copied while another is multiplied");
#pragma unroll
        for (int step = 0; step < kSteps - 1; ++step) {
            if (begin + step * Step::kDepth < end) copy(step, begin + step * Step::kDepth);
            cp_async_commit();
        }
        for (int first = begin; first < end; first += kSteps * Step::kDepth) {
#pragma unroll
            for (int step = 0; step < kSteps; ++step) {
                const int depth = first + step * Step::kDepth, next = depth + (kSteps - 1) * Step::kDepth;
                if (depth >= end) break;
                // The step has landed for every lane, and nobody reads the one before any more, whose place the next copies take.
                cp_async_wait<kSteps - 2>();
                __syncwarp();
                if (next < end) copy(step + kSteps - 1, next);
                cp_async_commit();
                multiply(sums, step, depth);
            }
#pragma unroll
            for (int copy = 0; copy < kCodeCopies; ++copy) codes[copy] += kSteps * Step::kRowBytes;
#pragma unroll
            for (int copy = 0; copy < kActivationCopies; ++copy) activations[copy] += kSteps * Step::kDepth;
        }
        __syncwarp();  // nobody reads the ring any more, which the next call fills
    }
};

// sums[n] += the weight rows x the rows of a group, which `row_of(slot)` finds, over [begin, end) of the depth; `ring` is this warp's.
template <class RowOf>
__device__ __forceinline__ void stream_rows(
    StreamSums& sums, SharedAddress ring, const StreamedRows& rows, const SlotGroups& groups, int group, RowOf row_of, int begin, int end) {
    static_assert(kGroupSlots == 16, "at most two fragments");
    const int* slots = groups.slots + groups.starts[group];
    const int count = groups.starts[group + 1] - groups.starts[group];
    if (count <= kWholeRows) CodeStream<kWholeRows>(ring, rows, slots, count, row_of, begin, end).run(sums, begin);
    else if (count <= 8) CodeStream<8>(ring, rows, slots, count, row_of, begin, end).run(sums, begin);
    else CodeStream<kGroupSlots>(ring, rows, slots, count, row_of, begin, end).run(sums, begin);
}

#pragma once
#include "../config/config.cuh"
#include "../primitives/cp_async.cuh"
#include "../primitives/load_shared.cuh"
#include "../primitives/load_vector.cuh"
#include "slot_groups.cuh"
// Few rows times codes: what a warp multiplies goes by a ring of its own in shared memory, filled several steps ahead. Registers
// could not hold as much, and loads return in their order, so that activations would wait for the codes of later steps. A warp
// takes 16 weight rows as the m16 side of mma and the up to kGroupSlots rows of a group as the n8 side.

constexpr int kLaneCodes = 32 / kCodeWords;       // codes in 16 bytes
constexpr int kStreamDepth = 16 * kLaneCodes;     // elements of depth a round, by which warps divide the depth: 256 bytes of codes
constexpr int kStreamBytes = 8704;                // shared memory of a warp's ring: two blocks fit the 164 KB of compute capability 8.0
constexpr int kStreamSteps = 4;                   // of a ring at most
constexpr int kGroupFragments = kGroupSlots / 8;  // n8 fragments

using StreamSums = Sum[kGroupFragments][4];

// What the ring holds of one step before the activations. Of each four lanes lane c owns the c-th quarter of the depth: kLaneBytes of
// codes of the weight rows lane / 4 (low) and lane / 4 + 8 (high), and activations. So the depth is permuted inside mma, alike on both sides.
template <bool kWhole> struct StepCodes {
    static constexpr int kLaneBytes = kWhole ? 16 : 8;
    static constexpr int kParts = kLaneBytes / (4 * kCodeWords);                   // of eight elements, of a lane's depth
    static constexpr int kDepth = 32 * kParts;                                     // elements
    static constexpr int kGroups = kDepth > kGroupSize ? kDepth / kGroupSize : 1;  // of a weight row
    static constexpr int kChunks = kDepth / 8;                                     // 16-byte vectors of an activation row

    // Places, in bytes. Codes of the high rows lie so far behind those of the low ones that lanes copy to different banks.
    static constexpr int kHighCodes = 32 * kLaneBytes + (kWhole ? 0 : 64);
    static constexpr int kScales = kHighCodes + 32 * kLaneBytes;
    static constexpr int kScaleRow = kGroups > 2 ? 8 * kGroups : 16;               // words with a scale of a low row, and of its high row
    static constexpr int kZeroPoints = kScales + (kHasGroups ? 8 * kScaleRow : 0);
#ifdef MOE_ZERO_POINTS
    static constexpr int kActivations = kZeroPoints + 8 * kScaleRow;
#else
    static constexpr int kActivations = kZeroPoints;
#endif
};

// Activation rows beside which kStreamSteps whole steps fit.
constexpr int kFittingRows = (kStreamBytes / kStreamSteps - StepCodes<true>::kActivations) / (16 * StepCodes<true>::kChunks);
constexpr int kWholeRows = kFittingRows < 8 ? kFittingRows : 8;

// A step for groups of up to kRows rows; with more than kWholeRows, of half the depth.
template <int kRows> struct StreamStep : StepCodes<(kRows <= kWholeRows)> {
    using Codes = StepCodes<(kRows <= kWholeRows)>;
    static constexpr bool kWhole = kRows <= kWholeRows;
    static constexpr int kFragments = (kRows + 7) / 8;
    static constexpr int kBytes = Codes::kActivations + kRows * Codes::kChunks * 16;
    static constexpr int kSteps = kStreamBytes / kBytes < kStreamSteps ? kStreamBytes / kBytes : kStreamSteps;  // in the ring
    static_assert(kSteps > 1, "a step is copied while another is multiplied");

    // Place of a chunk of an activation row: any eight lanes that copy or read at once do so on different banks.
    __device__ static __forceinline__ int activation(int row, int chunk) {
        return Codes::kActivations + (row * Codes::kChunks + (chunk ^ (row & 1) ^ (chunk / 8 * 2))) * 16;
    }
};

// Two weight rows, of this lane.
struct StreamedRows {
    WeightRows weights;
    long long low, high;
    int columns;
};

// What a lane copies of the two weight rows: of both the same part of four, or, where the rows have two parts, a part of one.
template <int kCopies> struct LanePart {
    __device__ static __forceinline__ bool is_high(int copy) { return kCopies == 2 ? copy == 1 : threadIdx.x % 2 == 1; }
    __device__ static __forceinline__ int part() { return kCopies == 2 ? threadIdx.x % 4 : threadIdx.x % 4 / 2; }
};

// The products of two weight rows and the rows of a group over a part of the depth, step by step.
template <int kRows> struct CodeStream {
    using Step = StreamStep<kRows>;
    using CodePart = LanePart<Step::kWhole ? 2 : 1>;
    using ScalePart = LanePart<(Step::kGroups > 2) ? 2 : 1>;
    static constexpr int kCodeCopies = Step::kWhole ? 2 : 1, kScaleCopies = Step::kGroups > 2 ? 2 : 1, kActivationCopies = (kRows * Step::kChunks + 31) / 32;
    static constexpr int kTurnDepth = Step::kSteps * Step::kDepth;                       // after which the ring begins again
    static constexpr bool kWholeTurns = kHasGroups && kTurnDepth % (2 * kGroupSize) == 0;  // words of scales in a turn

    int begin, code_end, scale_end, activation_end;  // of the depth, for what this lane copies
    int copied_rows;                                 // of the group, from the first that this lane copies on

    // Where this lane copies from, at the first step of a turn of the ring.
    const unsigned char* codes[kCodeCopies];
    const unsigned char* scales[kScaleCopies][2];  // the words with the scale of the first group, and of the next
    const unsigned char* zero_points[kScaleCopies];
    const Operand* activations[kActivationCopies];

    // Where this lane copies to and reads, at the first step of the ring.
    SharedAddress code_place, scale_place, activation_place, own_codes, own_scales, own_activations[Step::kFragments][Step::kParts];
    unsigned low_half, high_half;  // the halves of words where the rows' first scales are, as selectors of __byte_perm
    int low_group, high_group;     // the bytes of words where their zero points are

    template <class RowOf>
    __device__ __forceinline__ CodeStream(SharedAddress ring, const StreamedRows& rows, const int* slots, int count, RowOf row_of, int begin, int end) : begin(begin) {
        const int lane = threadIdx.x % 32, quarter = lane % 4, group = begin / kGroupSize;
#pragma unroll
        for (int copy = 0; copy < kCodeCopies; ++copy)
            codes[copy] = rows_at(rows.weights, CodePart::is_high(copy) ? rows.high : rows.low, rows.columns, begin).codes + CodePart::part() * 16;
        code_end = end - CodePart::part() * kLaneCodes;
        code_place = ring + CodePart::is_high(0) * Step::kHighCodes + lane / 4 * (4 * Step::kLaneBytes) + CodePart::part() * 16;
        own_codes = ring + lane * Step::kLaneBytes;

        if constexpr (kHasGroups) {
            const int copied_group = Step::kGroups > 1 ? ScalePart::part() : 0, own_group = quarter * Step::kParts * 8 / kGroupSize;
#pragma unroll
            for (int copy = 0; copy < kScaleCopies; ++copy) {
                const WeightRows row = rows_at(rows.weights, ScalePart::is_high(copy) ? rows.high : rows.low, rows.columns, begin);
                scales[copy][0] = word_of(row.scales + copied_group);
                scales[copy][1] = word_of(row.scales + copied_group + 1);
                zero_points[copy] = row.zero_points + copied_group;
            }
            scale_end = end - copied_group * kGroupSize;
            scale_place = ring + Step::kScales + lane / 4 * Step::kScaleRow + ScalePart::part() * 8 + ScalePart::is_high(0) * 4;
            own_scales = ring + Step::kScales + lane / 4 * Step::kScaleRow + own_group * 8;
            low_group = static_cast<int>(rows.low) * (rows.columns / kGroupSize) + group + own_group;
            high_group = static_cast<int>(rows.high) * (rows.columns / kGroupSize) + group + own_group;
            low_half = low_group % 2 ? 0x3232u : 0x1010u;
            high_half = high_group % 2 ? 0x3232u : 0x1010u;
        }

        copied_rows = count - lane / Step::kChunks;
        activation_end = end - lane % Step::kChunks * 8;
#pragma unroll
        for (int copy = 0; copy < kActivationCopies; ++copy)
            activations[copy] = row_of(slots[min(copy * (32 / Step::kChunks) + lane / Step::kChunks, count - 1)]) + begin + lane % Step::kChunks * 8;
        activation_place = ring + Step::activation(lane / Step::kChunks, lane % Step::kChunks);
#pragma unroll
        for (int fragment = 0; fragment < Step::kFragments; ++fragment)
#pragma unroll
            for (int part = 0; part < Step::kParts; ++part)  // what becomes of rows beyond the last is left out
                own_activations[fragment][part] = ring + Step::activation(min(fragment * 8 + lane / 4, count - 1), quarter * Step::kParts + part);
    }

    // The word that an address is in.
    __device__ static __forceinline__ const unsigned char* word_of(const void* address) {
        return reinterpret_cast<const unsigned char*>(reinterpret_cast<unsigned long long>(address) & ~3ull);
    }

    // Groups from the first of a turn to a step, which is at that depth.
    __device__ __forceinline__ int groups_before(int step, int depth) const {
        return kWholeTurns ? step * Step::kDepth / kGroupSize : static_cast<unsigned>(depth - begin) / static_cast<unsigned>(kGroupSize);
    }

    // Begins to copy the weights of a step, counted from the first of a turn. Beyond the depth all is zeros.
    __device__ __forceinline__ void copy_weights(int step, int depth) const {
        const int place = step % Step::kSteps * Step::kBytes;
#pragma unroll
        for (int copy = 0; copy < kCodeCopies; ++copy)
            cp_async_16(code_place + place + copy * Step::kHighCodes, codes[copy] + step * (4 * Step::kLaneBytes), depth < code_end);
        if constexpr (kHasGroups) {
            const int group = groups_before(step, depth);
#pragma unroll
            for (int copy = 0; copy < kScaleCopies; ++copy) {
                cp_async_4(scale_place + place + copy * 4, (group % 2 ? scales[copy][1] : scales[copy][0]) + group / 2 * 4, depth < scale_end);
#ifdef MOE_ZERO_POINTS
                cp_async_4(scale_place + Step::kZeroPoints - Step::kScales + place + copy * 4, word_of(zero_points[copy] + group), depth < scale_end);
#endif
            }
        }
    }

    // The same for the activations.
    __device__ __forceinline__ void copy_activations(int step, int depth) const {
        const int place = step % Step::kSteps * Step::kBytes;
#pragma unroll
        for (int copy = 0; copy < kActivationCopies; ++copy)
            if (copy * (32 / Step::kChunks) < copied_rows)
                cp_async_cached_16(activation_place + place + copy * 512, activations[copy] + step * Step::kDepth, depth < activation_end);
    }

    // Of this lane's depth.
    __device__ __forceinline__ void load_scales(ScalePair& low, ScalePair& high, int step, int depth) const {
        const int place = step * Step::kBytes, group = groups_before(step, depth);
        const unsigned other_half = group % 2 ? 0x2222u : 0u;
        const WordPair words = load_shared_8(own_scales + place);
        low.scales = __byte_perm(words.words[0], 0u, low_half ^ other_half);
        high.scales = __byte_perm(words.words[1], 0u, high_half ^ other_half);
#ifdef MOE_ZERO_POINTS
        const WordPair bytes = load_shared_8(own_scales + Step::kZeroPoints - Step::kScales + place);
        low.zero_points = __byte_perm(bytes.words[0], 0u, 0x4040u + (low_group + group & 3) * 0x0101u);
        high.zero_points = __byte_perm(bytes.words[1], 0u, 0x4040u + (high_group + group & 3) * 0x0101u);
#endif
    }

    __device__ static __forceinline__ void load_codes(unsigned (&codes)[4], SharedAddress source) {
        if constexpr (Step::kWhole) {
            const Vector16 vector = load_shared_16(source);
#pragma unroll
            for (int i = 0; i < 4; ++i) codes[i] = vector.words[i];
        } else {
            const WordPair vector = load_shared_8(source);
            codes[0] = vector.words[0];
            codes[1] = vector.words[1];
        }
    }

    // sums += the products of a step that has been copied.
    __device__ __forceinline__ void multiply(StreamSums& sums, int step, int depth) const {
        unsigned low_codes[4], high_codes[4];
        ScalePair low_scale = {}, high_scale = {};
        load_codes(low_codes, own_codes + step * Step::kBytes);
        load_codes(high_codes, own_codes + step * Step::kBytes + Step::kHighCodes);
        if constexpr (kHasGroups) load_scales(low_scale, high_scale, step, depth);
#pragma unroll
        for (int part = 0; part < Step::kParts; ++part) {
            const Vector16 low = decode_codes(low_codes + part * kCodeWords, low_scale);
            const Vector16 high = decode_codes(high_codes + part * kCodeWords, high_scale);
#pragma unroll
            for (int fragment = 0; fragment < Step::kFragments; ++fragment) {
                const Vector16 values = load_shared_16(own_activations[fragment][part] + step * Step::kBytes);
#pragma unroll
                for (int half = 0; half < 2; ++half) {
                    const unsigned weights[4] = {low.words[2 * half], high.words[2 * half], low.words[2 * half + 1], high.words[2 * half + 1]};
                    mma(sums[fragment], weights, values.words[2 * half], values.words[2 * half + 1]);
                }
            }
        }
    }

    __device__ __forceinline__ void next_turn() {
        constexpr int kTurnGroups = kWholeTurns ? kTurnDepth / kGroupSize : 0;
#pragma unroll
        for (int copy = 0; copy < kCodeCopies; ++copy) advance_pointer(codes[copy], Step::kSteps * (4 * Step::kLaneBytes));
#pragma unroll
        for (int copy = 0; copy < kActivationCopies; ++copy) advance_pointer(activations[copy], kTurnDepth);
#pragma unroll
        for (int copy = 0; copy < kScaleCopies; ++copy) {
            advance_pointer(scales[copy][0], kTurnGroups * 2);
            advance_pointer(scales[copy][1], kTurnGroups * 2);
            advance_pointer(zero_points[copy], kTurnGroups);
        }
        low_group += kTurnGroups;
        high_group += kTurnGroups;
    }

    // sums = the products over the depth. `wait` comes before the first activation is copied.
    template <class Wait> __device__ __forceinline__ void run(StreamSums& sums, int end, Wait wait) {
#pragma unroll
        for (int i = 0; i < kGroupFragments * 4; ++i) sums[i / 4][i % 4] = 0;
#pragma unroll
        for (int step = 0; step < Step::kSteps - 1; ++step) copy_weights(step, begin + step * Step::kDepth);
        wait();
#pragma unroll
        for (int step = 0; step < Step::kSteps - 1; ++step) {
            copy_activations(step, begin + step * Step::kDepth);
            cp_async_commit();
        }
        for (int first = begin; first < end; first += kTurnDepth) {
#pragma unroll
            for (int step = 0; step < Step::kSteps; ++step) {
                const int depth = first + step * Step::kDepth;
                if (depth >= end) break;
                // The step has landed for every lane, and nobody reads the one before any more, whose place the next copies take.
                cp_async_wait<Step::kSteps - 2>();
                __syncwarp();
                copy_weights(step + Step::kSteps - 1, depth + (Step::kSteps - 1) * Step::kDepth);
                copy_activations(step + Step::kSteps - 1, depth + (Step::kSteps - 1) * Step::kDepth);
                cp_async_commit();
                multiply(sums, step, depth);
            }
            next_turn();
        }
        cp_async_wait<0>();
        __syncwarp();  // nobody reads the ring any more, which the next call fills
    }
};

// sums = the weight rows x the rows of a group, which `row_of(slot)` finds, over [begin, end) of the depth; `ring` is this warp's.
// `wait` comes between copies of weights and of the activations that they meet.
template <class RowOf, class Wait> __device__ __forceinline__ void stream_rows(
    StreamSums& sums, SharedAddress ring, const StreamedRows& rows, const SlotGroups& groups, int group, RowOf row_of, int begin, int end, Wait wait) {
    static_assert(kGroupSlots == 16, "at most two fragments");
    const int* slots = groups.slots + groups.starts[group];
    const int count = groups.starts[group + 1] - groups.starts[group];
    if (count <= kWholeRows) CodeStream<kWholeRows>(ring, rows, slots, count, row_of, begin, end).run(sums, end, wait);
    else if (count <= 8) CodeStream<8>(ring, rows, slots, count, row_of, begin, end).run(sums, end, wait);
    else CodeStream<kGroupSlots>(ring, rows, slots, count, row_of, begin, end).run(sums, end, wait);
}

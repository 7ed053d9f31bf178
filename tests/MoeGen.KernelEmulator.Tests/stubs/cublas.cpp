// The part of cuBLAS that the runtime calls, on host memory and strict: column-major as documented, only the documented type
// combinations, arguments checked, pointer arrays of the grouped product in device memory, a workspace after each change of stream.
// Build with -DWITHOUT_GROUPED for a library older than 12.5.
#include <cstdint>
#include <cstring>
#include <initializer_list>

#define EXPORT extern "C" __attribute__((visibility("default")))

namespace {

constexpr int kSuccess = 0, kNotInitialized = 1, kInvalidValue = 7, kExecutionFailed = 13, kNotSupported = 15;
constexpr int kSingle = 0, kHalf = 2, kBFloat16 = 14, kComputeSingle = 68, kOpN = 0, kOpT = 1;

struct Handle {
    void* stream = nullptr;
    void* workspace = nullptr;
    int mode = 0;
};

// Whether the device under test holds these bytes; marks them written where `writes`.
using Access = int (*)(uint64_t address, uint64_t bytes, int writes);
Access access_device = nullptr;
thread_local int status_of_next = kSuccess;
thread_local int products = 0;
thread_local int grouped_products = 0;
thread_local int live_handles = 0;

int size_of(int type) { return type == kSingle ? 4 : 2; }

float load(const void* base, int type, int64_t index) {
    if (type == kSingle) return static_cast<const float*>(base)[index];
    if (type == kHalf) return static_cast<float>(static_cast<const _Float16*>(base)[index]);
    const uint32_t bits = static_cast<uint32_t>(static_cast<const uint16_t*>(base)[index]) << 16;
    float value;
    std::memcpy(&value, &bits, 4);
    return value;
}

void store(void* base, int type, int64_t index, float value) {
    if (type == kSingle) {
        static_cast<float*>(base)[index] = value;
    } else if (type == kHalf) {
        static_cast<_Float16*>(base)[index] = static_cast<_Float16>(value);
    } else {
        uint32_t bits;
        std::memcpy(&bits, &value, 4);
        const bool nan = value != value;
        static_cast<uint16_t*>(base)[index] = nan ? 0x7fff : static_cast<uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
    }
}

bool holds(const void* base, int type, int64_t rows, int64_t columns, int64_t ld) {
    const uint64_t elements = static_cast<uint64_t>((columns - 1) * ld + rows);
    return access_device(reinterpret_cast<uint64_t>(base), elements * size_of(type), 0) != 0;
}

// C = alpha * op(A) * op(B) + beta * C, all column-major: op(A) is m x k, op(B) k x n.
int multiply(int transa, int transb, int m, int n, int k, float alpha, const void* a, int type, int lda, const void* b, int ldb, float beta, void* c, int ctype, int ldc) {
    if (m < 0 || n < 0 || k < 0 || lda < (transa == kOpN ? m : k) || ldb < (transb == kOpN ? k : n) || ldc < m) return kInvalidValue;
    if (m == 0 || n == 0) return kSuccess;
    const bool held = transa == kOpN ? holds(a, type, m, k, lda) : holds(a, type, k, m, lda);
    if (!held || !(transb == kOpN ? holds(b, type, k, n, ldb) : holds(b, type, n, k, ldb))) return kExecutionFailed;
    for (int64_t j = 0; j < n; ++j) {
        void* column = static_cast<char*>(c) + j * ldc * size_of(ctype);
        if (!access_device(reinterpret_cast<uint64_t>(column), static_cast<uint64_t>(m) * size_of(ctype), 1)) return kExecutionFailed;
        for (int64_t i = 0; i < m; ++i) {
            float sum = 0;
            for (int64_t l = 0; l < k; ++l)
                sum += load(a, type, transa == kOpN ? i + l * lda : l + i * lda) * load(b, type, transb == kOpN ? l + j * ldb : j + l * ldb);
            store(column, ctype, i, alpha * sum + (beta == 0 ? 0 : beta * load(column, ctype, i)));
        }
    }
    return kSuccess;
}

int begin(const Handle* handle) {
    const int status = status_of_next;
    status_of_next = kSuccess;
    if (status != kSuccess) return status;
    return handle == nullptr || handle->workspace == nullptr || handle->mode != 16 ? kNotInitialized : kSuccess;
}

bool inputs_fit(int atype, int btype) { return atype == btype && (atype == kHalf || atype == kBFloat16); }

}  // namespace

EXPORT void stub_set_access(Access access) { access_device = access; }
EXPORT void stub_fail_next(int status) { status_of_next = status; }
EXPORT int stub_products() { return products; }
EXPORT int stub_grouped_products() { return grouped_products; }
EXPORT int stub_live_handles() { return live_handles; }

EXPORT int cublasCreate_v2(Handle** handle) {
    *handle = new Handle();
    ++live_handles;
    return kSuccess;
}

EXPORT int cublasDestroy_v2(Handle* handle) {
    delete handle;
    --live_handles;
    return kSuccess;
}

EXPORT int cublasGetVersion_v2(Handle*, int* version) {
#ifdef WITHOUT_GROUPED
    *version = 120400;
#else
    *version = 120503;
#endif
    return kSuccess;
}

EXPORT int cublasSetStream_v2(Handle* handle, void* stream) {
    handle->stream = stream;
    handle->workspace = nullptr;
    return kSuccess;
}

EXPORT int cublasSetWorkspace_v2(Handle* handle, void* workspace, size_t bytes) {
    const uint64_t address = reinterpret_cast<uint64_t>(workspace);
    if (address % 256 != 0 || bytes < (4u << 20) || !access_device(address, bytes, 0)) return kInvalidValue;
    handle->workspace = workspace;
    return kSuccess;
}

EXPORT int cublasSetMathMode(Handle* handle, int mode) {
    handle->mode = mode;
    return kSuccess;
}

EXPORT int cublasGemmEx(
    Handle* handle, int transa, int transb, int m, int n, int k, const void* alpha, const void* a, int atype, int lda, const void* b, int btype, int ldb,
    const void* beta, void* c, int ctype, int ldc, int compute, int algorithm) {
    if (const int status = begin(handle)) return status;
    if (transa < kOpN || transa > kOpT || transb < kOpN || transb > kOpT) return kInvalidValue;
    if (!inputs_fit(atype, btype) || (ctype != atype && ctype != kSingle) || compute != kComputeSingle || algorithm != -1) return kNotSupported;
    ++products;
    return multiply(
        transa, transb, m, n, k, *static_cast<const float*>(alpha), a, atype, lda, b, ldb, *static_cast<const float*>(beta), c, ctype, ldc);
}

#ifndef WITHOUT_GROUPED
EXPORT int cublasGemmGroupedBatchedEx(
    Handle* handle, const int* transa, const int* transb, const int* m, const int* n, const int* k, const void* alpha, const void* const* a, int atype,
    const int* lda, const void* const* b, int btype, const int* ldb, const void* beta, void* const* c, int ctype, const int* ldc, int groups,
    const int* sizes, int compute) {
    if (const int status = begin(handle)) return status;
    if (!inputs_fit(atype, btype) || ctype != atype || compute != kComputeSingle) return kNotSupported;
    int problems = 0;
    for (int group = 0; group < groups; ++group) problems += sizes[group];
    for (const void* array : {static_cast<const void*>(a), static_cast<const void*>(b), static_cast<const void*>(c)})
        if (!access_device(reinterpret_cast<uint64_t>(array), problems * sizeof(void*), 0)) return kExecutionFailed;
    ++grouped_products;
    for (int group = 0, problem = 0; group < groups; ++group)
        for (int i = 0; i < sizes[group]; ++i, ++problem)
            if (const int status = multiply(
                    transa[group], transb[group], m[group], n[group], k[group], static_cast<const float*>(alpha)[group], a[problem], atype, lda[group],
                    b[problem], ldb[group], static_cast<const float*>(beta)[group], c[problem], ctype, ldc[group]))
                return status;
    return kSuccess;
}
#endif

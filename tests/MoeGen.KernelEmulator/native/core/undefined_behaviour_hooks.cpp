#include "state.h"

// What -fsanitize=alignment,bounds,... call where C++ leaves the result open; the layouts are the compilers' own.
using namespace moegen;

namespace {

struct SourceLocation {
    const char* file;
    unsigned line, column;
};

void found(FaultKind kind, const SourceLocation& where, const char* what) {
    report_line(kind, static_cast<int>(where.line), "%s (column %u)", what, where.column);
}

// An address that is not aligned for its type cannot be read on the device.
struct TypeMismatch {
    SourceLocation where;
    const void* type;
    unsigned char log_alignment, check_kind;
};

}  // namespace

extern "C" {

void __ubsan_handle_type_mismatch_v1(TypeMismatch* data, unsigned long pointer) {
    report_line(FaultKind::misaligned, static_cast<int>(data->where.line), "an address that is %lu beyond a multiple of %u (column %u)",
                pointer % (1ul << data->log_alignment), 1u << data->log_alignment, data->where.column);
    abandon();
}

void __ubsan_handle_out_of_bounds(SourceLocation* where, unsigned long index) {
    report_line(FaultKind::out_of_bounds, static_cast<int>(where->line), "index %ld is outside its array (column %u)", static_cast<long>(index),
                where->column);
    abandon();
}

void __ubsan_handle_shift_out_of_bounds(SourceLocation* where, unsigned long, unsigned long) {
    found(FaultKind::undefined_behaviour, *where, "a shift by more than the width, or of a negative number");
}
void __ubsan_handle_add_overflow(SourceLocation* where, unsigned long, unsigned long) {
    found(FaultKind::undefined_behaviour, *where, "an addition of signed integers overflows");
}
void __ubsan_handle_sub_overflow(SourceLocation* where, unsigned long, unsigned long) {
    found(FaultKind::undefined_behaviour, *where, "a subtraction of signed integers overflows");
}
void __ubsan_handle_mul_overflow(SourceLocation* where, unsigned long, unsigned long) {
    found(FaultKind::undefined_behaviour, *where, "a multiplication of signed integers overflows");
}
void __ubsan_handle_negate_overflow(SourceLocation* where, unsigned long) {
    found(FaultKind::undefined_behaviour, *where, "a negation overflows");
}
void __ubsan_handle_divrem_overflow(SourceLocation* where, unsigned long, unsigned long) {
    found(FaultKind::undefined_behaviour, *where, "a division by zero or one that overflows");
    abandon();
}

}

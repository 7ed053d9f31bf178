#pragma once
// What the host definitions of the primitives call; values go by registers, so that fragments need no address.

struct moegen_float4 { float values[4]; };
struct moegen_int4 { int values[4]; };
struct moegen_words4 { unsigned values[4]; };

extern "C" {
void moegen_release();
unsigned moegen_dynamic_shared_memory();
void moegen_store_shared(unsigned destination, moegen_words4 words, unsigned bytes);
moegen_words4 moegen_load_shared(unsigned source, unsigned bytes);
void moegen_copy_async(unsigned destination, const void* source, unsigned bytes, bool valid);
void moegen_copy_commit();
void moegen_copy_wait(int pending);
moegen_words4 moegen_ldmatrix_x4(unsigned row);
moegen_float4 moegen_mma_bf16(moegen_float4 accumulator, unsigned a0, unsigned a1, unsigned a2, unsigned a3, unsigned b0, unsigned b1);
moegen_float4 moegen_mma_fp16(moegen_float4 accumulator, unsigned a0, unsigned a1, unsigned a2, unsigned a3, unsigned b0, unsigned b1);
moegen_float4 moegen_mma_tf32(moegen_float4 accumulator, unsigned a0, unsigned a1, unsigned a2, unsigned a3, unsigned b0, unsigned b1);
moegen_int4 moegen_mma_int8(moegen_int4 accumulator, unsigned a0, unsigned a1, unsigned a2, unsigned a3, unsigned b0, unsigned b1);
__attribute__((const)) unsigned moegen_fma_bf16(unsigned a, unsigned b, unsigned c);
__attribute__((const)) unsigned moegen_fma_fp16(unsigned a, unsigned b, unsigned c);
__attribute__((const)) unsigned moegen_pack_bf16(float low, float high);
__attribute__((const)) unsigned moegen_pack_fp16(float low, float high);
__attribute__((const)) float moegen_widen_fp16(unsigned short bits);
}

#pragma once
// Swiglu, gated: silu(gate) * up.

constexpr bool kGated = true;

__device__ __forceinline__ float activate(float gate, float up) { return gate / (1.0f + __expf(-gate)) * up; }

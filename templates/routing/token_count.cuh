#pragma once
// Tokens of a call: as many as its buffers hold, or as device memory says when the kernel runs.

__device__ __forceinline__ int valid_tokens(const int* on_device, int num_tokens) { return on_device ? max(0, min(*on_device, num_tokens)) : num_tokens; }

#pragma once
// For activations without constants.

struct ActivationParameters {};
__device__ __forceinline__ ActivationParameters activation_parameters(const float*, const float*, const float*, int) { return {}; }

#pragma once
// gelu by its tanh approximation: x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))). Since (1 + tanh(y)) / 2 is the
// logistic function of 2y, no digits are lost where tanh is near -1.

__device__ __forceinline__ float gelu_tanh(float x) {
    const float y = 0.79788456080286536f * (x + 0.044715f * x * x * x);
    return __fdividef(x, 1.0f + __expf(-2.0f * y));
}

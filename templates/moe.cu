// Every template with the default configuration, so that editors and a plain compiler see the whole.
#define MOE_FUSED
#include "config/config.cuh"
#include "routing/route.cuh"
#include "routing/select_experts.cuh"
#include "routing/select_and_route.cuh"
#include "routing/router_logits.cuh"
#include "gemm/gemms.cuh"
#include "permute/permute.cuh"
#include "activation/apply.cuh"
#include "finalize/finalize.cuh"
#include "finalize/finalize_splits.cuh"
#include "decode/gemm1.cuh"
#include "decode/gemm2.cuh"
#include "decode/decode.cuh"

extern "C" __global__ void __launch_bounds__(DefaultTile::kThreads, DefaultTile::kMinBlocksPerSm)
moe_gemms_default(const __grid_constant__ GemmsArguments arguments) { __shared__ TileQueue queue; gemms<DefaultTile>(arguments, queue); }

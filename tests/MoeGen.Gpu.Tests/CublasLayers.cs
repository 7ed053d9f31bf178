namespace MoeGen.Gpu.Tests;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.SwigluOai, Gemm = Gemm.Cublas)]
public partial class Bf16Cublas;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Swiglu, Gemm = Gemm.Cublas, Routing = RoutingMethod.SoftmaxTopKRenormalized)]
public partial class Fp16CublasRouted;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Swiglu, Gemm = Gemm.Cublas)]
public partial class Fp16Cublas;

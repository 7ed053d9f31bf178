using MoeGen;

namespace CustomGemm;

/// <summary>A layer in FP16 whose first GEMM is ours; the second stays the generated tensor-core kernel.</summary>
[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Swiglu, Gemm = Gemm.Custom)]
public partial class MyMoe
{
    private SimpleGemm? _gemm;

    /// <summary>How often our GEMM was enqueued.</summary>
    public int Calls { get; private set; }

    partial void Gemm1(in GroupedGemmArguments<Half, float> arguments, CudaStream stream)
    {
        _gemm ??= new SimpleGemm(stream.Context);
        _gemm.Enqueue(arguments, stream);
        Calls++;
    }
}

namespace MoeGen.Cli.Layers;

// One class for each activation, in FP16, with given experts: what bench and tune time.
[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Swiglu)]
internal sealed partial class Fp16Swiglu;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Silu)]
internal sealed partial class Fp16Silu;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Gelu)]
internal sealed partial class Fp16Gelu;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Relu)]
internal sealed partial class Fp16Relu;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Geglu)]
internal sealed partial class Fp16Geglu;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.GegluTanh)]
internal sealed partial class Fp16GegluTanh;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.SwigluOai)]
internal sealed partial class Fp16SwigluOai;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.SwigluStep)]
internal sealed partial class Fp16SwigluStep;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.GeluTanh)]
internal sealed partial class Fp16GeluTanh;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Relu2)]
internal sealed partial class Fp16Relu2;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Identity)]
internal sealed partial class Fp16Identity;

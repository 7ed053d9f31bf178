namespace MoeGen.Cli.Layers;

// One class for each activation, in BF16, with given experts: what bench and tune time.
[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu)]
internal sealed partial class Bf16Swiglu;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Silu)]
internal sealed partial class Bf16Silu;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Gelu)]
internal sealed partial class Bf16Gelu;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Relu)]
internal sealed partial class Bf16Relu;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Geglu)]
internal sealed partial class Bf16Geglu;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.GegluTanh)]
internal sealed partial class Bf16GegluTanh;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.SwigluOai)]
internal sealed partial class Bf16SwigluOai;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.SwigluStep)]
internal sealed partial class Bf16SwigluStep;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.GeluTanh)]
internal sealed partial class Bf16GeluTanh;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Relu2)]
internal sealed partial class Bf16Relu2;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Identity)]
internal sealed partial class Bf16Identity;

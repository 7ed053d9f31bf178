using MoeGen.CodeFixes;

namespace MoeGen.Generators.Tests.CodeFixes;

public sealed class GemmMethodTests
{
    [Theory]
    [InlineData("Gemm1", "BF16", "BFloat16", "float")]
    [InlineData("Gemm2", "BF16", "BFloat16", "BFloat16")]
    [InlineData("Gemm1", "FP16", "Half", "float")]
    [InlineData("Gemm2", "FP16", "Half", "Half")]
    public Task A_missing_method_is_added(string method, string dtype, string element, string result) => FixTest<AddGemmMethodCodeFix>.Run(
        $$"""
        using System;
        using MoeGen;

        [MoeConfig(Dtype = Dtype.{{dtype}}, {|MOE018:Gemm = Gemm.Custom|})]
        public partial class Layer;
        """,
        $$"""
        using System;
        using MoeGen;

        [MoeConfig(Dtype = Dtype.{{dtype}}, Gemm = Gemm.Custom)]
        public partial class Layer
        {
            partial void {{method}}(in GroupedGemmArguments<{{element}}, {{result}}> arguments, CudaStream stream)
            {
                throw new NotImplementedException();
            }
        }
        """, method, index: method == "Gemm1" ? 0 : 1);

    [Fact]
    public Task All_of_a_document_beside_other_members() => FixTest<AddGemmMethodCodeFix>.Run(
        """
        namespace N
        {
            internal static partial class Outer
            {
                [MoeGen.MoeConfig(Dtype = MoeGen.Dtype.BF16, {|MOE018:Gemm = MoeGen.Gemm.Custom|})]
                internal partial class First { }
            }

            [MoeGen.MoeConfig(Dtype = MoeGen.Dtype.FP16, {|MOE018:Gemm = MoeGen.Gemm.Custom|})]
            internal partial class Second
            {
                public int Calls { get; private set; }
            }
        }
        """,
        """
        namespace N
        {
            internal static partial class Outer
            {
                [MoeGen.MoeConfig(Dtype = MoeGen.Dtype.BF16, Gemm = MoeGen.Gemm.Custom)]
                internal partial class First
                {
                    partial void Gemm2(in MoeGen.GroupedGemmArguments<MoeGen.BFloat16, MoeGen.BFloat16> arguments, MoeGen.CudaStream stream)
                    {
                        throw new System.NotImplementedException();
                    }
                }
            }

            [MoeGen.MoeConfig(Dtype = MoeGen.Dtype.FP16, Gemm = MoeGen.Gemm.Custom)]
            internal partial class Second
            {
                public int Calls { get; private set; }

                partial void Gemm2(in MoeGen.GroupedGemmArguments<System.Half, System.Half> arguments, MoeGen.CudaStream stream)
                {
                    throw new System.NotImplementedException();
                }
            }
        }
        """, "Gemm2", index: 1);

    [Fact]
    public Task A_wrong_signature_is_corrected() => FixTest<CorrectGemmSignatureCodeFix>.Run(
        """
        using MoeGen;

        [MoeConfig(Dtype = Dtype.BF16, Gemm = Gemm.Custom)]
        public partial class Layer
        {
            private int _calls;

            // Kept.
            private unsafe int {|MOE019:Gemm1|}<T>(int mine, CudaStream where)
                where T : class
            {
                throw new System.InvalidOperationException($"{where} {_calls++}"); // Kept too.
            }

            internal void {|MOE019:Gemm2|}() => _calls++;
        }
        """,
        """
        using MoeGen;

        [MoeConfig(Dtype = Dtype.BF16, Gemm = Gemm.Custom)]
        public partial class Layer
        {
            private int _calls;

            // Kept.
            partial void Gemm1(in GroupedGemmArguments<BFloat16, float> mine, CudaStream where)
            {
                throw new System.InvalidOperationException($"{where} {_calls++}"); // Kept too.
            }

            partial void Gemm2(in GroupedGemmArguments<BFloat16, BFloat16> arguments, CudaStream stream) => _calls++;
        }
        """);
}

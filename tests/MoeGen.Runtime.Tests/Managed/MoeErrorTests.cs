using Xunit;

namespace MoeGen.Tests;

public class MoeErrorTests
{
    private static readonly double[] s_expected = [3, 4, 0, 0, 1, 0];

    [Fact]
    public void Measures_are_the_relative_norms()
    {
        double[] actual = [3, 4.5, 0, 0, 1.2, 0];
        Assert.Equal(Math.Sqrt((0.25 + 0.04) / 26), MoeError.RelativeL2<double>(actual, s_expected), 1e-15);
        Assert.Equal(0.2, MoeError.WorstTokenRelativeL2<double>(actual, s_expected, 2), 1e-15);
        Assert.Equal(0, MoeError.WorstTokenRelativeL2<double>(s_expected, s_expected, 2));
        Assert.Equal(0, MoeError.RelativeL2<float>([], []));
        Assert.Equal(0.25, MoeError.RelativeL2<BFloat16>([(BFloat16)1.25], [1]));
        Assert.Equal(0.25, MoeError.RelativeL2<Half>([(Half)1.25], [1]));
        Assert.Equal(1, MoeError.RelativeL2<double>(new double[6], s_expected));
    }

    [Fact]
    public void A_row_that_must_be_zero_must_be_zero()
    {
        double[] actual = [3, 4, 0, 1e-30, 1, 0];
        Assert.Equal(double.PositiveInfinity, MoeError.WorstTokenRelativeL2<double>(actual, s_expected, 2));
        ContractVerdict verdict = NumericContract.For(Dtype.FP16).Check<double>(actual, s_expected, 2);
        Assert.False(verdict.Passed);
        Assert.Equal(1, verdict.WorstToken);
        Assert.InRange(verdict.RelativeL2, 0, 1e-20);
    }

    [Fact]
    public void NaN_and_infinity_never_pass()
    {
        foreach (double bad in new[] { double.NaN, double.PositiveInfinity })
        {
            double[] actual = [3, 4, 0, 0, bad, 0];
            Assert.False(MoeError.RelativeL2<double>(actual, s_expected) < 1e300);
            Assert.False(MoeError.WorstTokenRelativeL2<double>(actual, s_expected, 2) < 1e300);
            foreach (bool allowed in new[] { false, true })
            {
                ContractVerdict verdict = NumericContract.For(Dtype.BF16).Check<double>(actual, s_expected, 2, allowNonFiniteRows: allowed);
                Assert.False(verdict.Passed);
                Assert.Equal(2, verdict.WorstToken);
            }

            // In the reference too: only where allowed, and only if the output's row shows it.
            double[] reference = [3, 4, 0, 0, double.NaN, 1];
            Assert.False(NumericContract.For(Dtype.BF16).Check<double>(actual, reference, 2).Passed);
            Assert.True(NumericContract.For(Dtype.BF16).Check<double>(actual, reference, 2, allowNonFiniteRows: true).Passed);
            Assert.False(NumericContract.For(Dtype.BF16).Check<double>(s_expected, reference, 2, allowNonFiniteRows: true).Passed);
            double[] wrongElsewhere = [3, 5, 0, 0, bad, 0];
            Assert.False(NumericContract.For(Dtype.BF16).Check<double>(wrongElsewhere, reference, 2, allowNonFiniteRows: true).Passed);
        }
    }

    [Theory]
    [InlineData(Dtype.BF16, 3.5e-3)]
    [InlineData(Dtype.FP16, 5e-4)]
    [InlineData(Dtype.FP32, 2e-6)]
    public void Bounds_are_those_of_the_contract(Dtype dtype, double bound)
    {
        NumericContract contract = NumericContract.For(dtype);
        Assert.Equal(bound, contract.Bound);
        Assert.Equal(2 * bound, contract.TokenLimit(0));
        Assert.Equal(12 * bound, contract.TokenLimit(10 * bound), 1e-12);
        Assert.True(contract.Check<double>([1 + (0.99 * bound)], [1], 1).Passed);
        Assert.False(contract.Check<double>([1 + (1.01 * bound)], [1], 1).Passed);
    }

    [Fact]
    public void A_token_may_exceed_twice_the_bound_only_as_ideal_rounding_does()
    {
        // The second token is small, so the whole stays within its bound.
        double[] expected = [1000, 1];
        double[] actual = [1000, 1.011];
        NumericContract contract = NumericContract.For(Dtype.BF16);
        Assert.True(contract.Check<double>([1000, 1.0069], expected, 1).Passed);
        ContractVerdict failed = contract.Check<double>(actual, expected, 1);
        Assert.False(failed.Passed);
        Assert.Equal(1, failed.WorstToken);
        Assert.Equal(0.011, failed.WorstTokenError, 1e-9);
        Assert.Equal(0.007, failed.WorstTokenLimit, 1e-12);
        Assert.Contains("FAILED", failed.ToString(), StringComparison.Ordinal);
        Assert.Contains("0.011", failed.Message, StringComparison.Ordinal);

        Assert.True(contract.Check<double>(actual, expected, 1, [1000, 0.99]).Passed);
        Assert.False(contract.Check<double>(actual, expected, 1, [1000, 0.991]).Passed);
    }

    [Fact]
    public void Bad_arguments_are_named()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => NumericContract.For(Dtype.None));
        Assert.Throws<ArgumentException>(() => MoeError.RelativeL2<double>([1], [1, 2]));
        Assert.Throws<ArgumentException>(() => MoeError.WorstTokenRelativeL2<double>([1, 2, 3], [1, 2, 3], 2));
        Assert.Throws<ArgumentException>(() => NumericContract.For(Dtype.BF16).Check<double>([1, 2], [1, 2], 1, [1]));
    }
}

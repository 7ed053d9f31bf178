using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace MoeGen;

/// <summary>
/// The inner loops. Every dot product is summed in the same order (one vector accumulator, then its lanes in order, then the
/// tail), whatever its neighbours are, so that a token's result depends on neither the batch nor the number of threads.
/// </summary>
internal static class VectorKernel
{
    /// <summary>Weight rows a call of the kernels takes.</summary>
    public const int Rows = 4;

    // Constant once compiled. Without hardware support a fused operation is a slow call, so multiply and add are separate then.
    private static bool HasFma => Fma.IsSupported || AdvSimd.IsSupported;

    /// <summary>Dots of 4 rows with 1 vector of <paramref name="length"/>: dots[r] = row r . x.</summary>
    public static void Dot4x1<TAcc>(ref TAcc rows, ref TAcc x, int length, Span<TAcc> dots)
        where TAcc : unmanaged, IFloatingPointIeee754<TAcc>
    {
        ref TAcc row1 = ref Unsafe.Add(ref rows, length);
        ref TAcc row2 = ref Unsafe.Add(ref row1, length);
        ref TAcc row3 = ref Unsafe.Add(ref row2, length);
        Vector<TAcc> a0 = default, a1 = default, a2 = default, a3 = default;
        int i = 0;
        for (; i <= length - Vector<TAcc>.Count; i += Vector<TAcc>.Count)
        {
            Vector<TAcc> v = Vector.LoadUnsafe(ref x, (nuint)i);
            a0 = MultiplyAdd(Vector.LoadUnsafe(ref rows, (nuint)i), v, a0);
            a1 = MultiplyAdd(Vector.LoadUnsafe(ref row1, (nuint)i), v, a1);
            a2 = MultiplyAdd(Vector.LoadUnsafe(ref row2, (nuint)i), v, a2);
            a3 = MultiplyAdd(Vector.LoadUnsafe(ref row3, (nuint)i), v, a3);
        }

        dots[0] = Finish(a0, ref rows, ref x, i, length);
        dots[1] = Finish(a1, ref row1, ref x, i, length);
        dots[2] = Finish(a2, ref row2, ref x, i, length);
        dots[3] = Finish(a3, ref row3, ref x, i, length);
    }

    /// <summary>Dots of 4 rows with 2 vectors: dots[r] = row r . x, dots[4 + r] = row r . y.</summary>
    public static void Dot4x2<TAcc>(ref TAcc rows, ref TAcc x, ref TAcc y, int length, Span<TAcc> dots)
        where TAcc : unmanaged, IFloatingPointIeee754<TAcc>
    {
        ref TAcc row1 = ref Unsafe.Add(ref rows, length);
        ref TAcc row2 = ref Unsafe.Add(ref row1, length);
        ref TAcc row3 = ref Unsafe.Add(ref row2, length);
        Vector<TAcc> a0 = default, a1 = default, a2 = default, a3 = default;
        Vector<TAcc> b0 = default, b1 = default, b2 = default, b3 = default;
        int i = 0;
        for (; i <= length - Vector<TAcc>.Count; i += Vector<TAcc>.Count)
        {
            Vector<TAcc> v = Vector.LoadUnsafe(ref x, (nuint)i);
            Vector<TAcc> w = Vector.LoadUnsafe(ref y, (nuint)i);
            Vector<TAcc> row = Vector.LoadUnsafe(ref rows, (nuint)i);
            a0 = MultiplyAdd(row, v, a0);
            b0 = MultiplyAdd(row, w, b0);
            row = Vector.LoadUnsafe(ref row1, (nuint)i);
            a1 = MultiplyAdd(row, v, a1);
            b1 = MultiplyAdd(row, w, b1);
            row = Vector.LoadUnsafe(ref row2, (nuint)i);
            a2 = MultiplyAdd(row, v, a2);
            b2 = MultiplyAdd(row, w, b2);
            row = Vector.LoadUnsafe(ref row3, (nuint)i);
            a3 = MultiplyAdd(row, v, a3);
            b3 = MultiplyAdd(row, w, b3);
        }

        dots[0] = Finish(a0, ref rows, ref x, i, length);
        dots[1] = Finish(a1, ref row1, ref x, i, length);
        dots[2] = Finish(a2, ref row2, ref x, i, length);
        dots[3] = Finish(a3, ref row3, ref x, i, length);
        dots[4] = Finish(b0, ref rows, ref y, i, length);
        dots[5] = Finish(b1, ref row1, ref y, i, length);
        dots[6] = Finish(b2, ref row2, ref y, i, length);
        dots[7] = Finish(b3, ref row3, ref y, i, length);
    }

    /// <summary>sum[i] += scale * values[i].</summary>
    public static void AddScaled<TAcc>(ReadOnlySpan<TAcc> values, TAcc scale, Span<TAcc> sum)
        where TAcc : unmanaged, IFloatingPointIeee754<TAcc>
    {
        var scales = new Vector<TAcc>(scale);
        int i = 0;
        for (; i <= sum.Length - Vector<TAcc>.Count; i += Vector<TAcc>.Count)
        {
            MultiplyAdd(new Vector<TAcc>(values[i..]), scales, new Vector<TAcc>(sum[i..])).CopyTo(sum[i..]);
        }

        for (; i < sum.Length; i++)
        {
            sum[i] = MultiplyAdd(values[i], scale, sum[i]);
        }
    }

    /// <summary>sum[i] += values[i]; no values mean none to add.</summary>
    public static void Add<TAcc>(ReadOnlySpan<TAcc> values, Span<TAcc> sum)
        where TAcc : unmanaged, IFloatingPointIeee754<TAcc>
    {
        for (int i = 0; i < values.Length; i++)
        {
            sum[i] += values[i];
        }
    }

    /// <summary>values[i] *= factor * factors[i]; no factors leave the values as they are.</summary>
    public static void Rescale<TAcc>(ReadOnlySpan<TAcc> factors, TAcc factor, Span<TAcc> values)
        where TAcc : unmanaged, IFloatingPointIeee754<TAcc>
    {
        for (int i = 0; i < factors.Length; i++)
        {
            values[i] *= factor * factors[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<TAcc> MultiplyAdd<TAcc>(Vector<TAcc> left, Vector<TAcc> right, Vector<TAcc> addend)
        where TAcc : unmanaged
    {
        if (!HasFma)
        {
            return (left * right) + addend;
        }

        return typeof(TAcc) == typeof(float)
            ? Vector.FusedMultiplyAdd(left.As<TAcc, float>(), right.As<TAcc, float>(), addend.As<TAcc, float>()).As<float, TAcc>()
            : Vector.FusedMultiplyAdd(left.As<TAcc, double>(), right.As<TAcc, double>(), addend.As<TAcc, double>()).As<double, TAcc>();
    }

    private static TAcc MultiplyAdd<TAcc>(TAcc left, TAcc right, TAcc addend)
        where TAcc : unmanaged, IFloatingPointIeee754<TAcc> =>
        HasFma ? TAcc.FusedMultiplyAdd(left, right, addend) : (left * right) + addend;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TAcc Finish<TAcc>(Vector<TAcc> lanes, ref TAcc row, ref TAcc x, int from, int length)
        where TAcc : unmanaged, IFloatingPointIeee754<TAcc>
    {
        TAcc sum = lanes[0];
        for (int lane = 1; lane < Vector<TAcc>.Count; lane++)
        {
            sum += lanes[lane];
        }

        for (int i = from; i < length; i++)
        {
            sum = MultiplyAdd(Unsafe.Add(ref row, i), Unsafe.Add(ref x, i), sum);
        }

        return sum;
    }
}

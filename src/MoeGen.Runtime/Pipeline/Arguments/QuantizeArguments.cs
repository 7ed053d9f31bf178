using System.Runtime.InteropServices;

namespace MoeGen;

/// <summary>Arguments of the quantisation of rows; the same layout as the struct of this name in templates/quantize.</summary>
/// <typeparam name="T">Element type of the layer.</typeparam>
[StructLayout(LayoutKind.Sequential)]
public struct QuantizeArguments<T>
    where T : unmanaged
{
    /// <summary>[rows, columns].</summary>
    public DevicePointer<T> Values;

    /// <summary>8-bit codes; a row takes its columns, rounded up to 16 bytes, and ends in zeros. Written.</summary>
    public DevicePointer<sbyte> Codes;

    /// <summary>fp32 [rows]: value = scale * code; NaN for a row with NaN or infinity. Written.</summary>
    public DevicePointer<float> Scales;

    /// <summary>fp32 [columns], multiplied in first; null means 1.</summary>
    public DevicePointer<float> Factors;

    /// <summary>Calibrated scales, fp32: one, or with activated rows [E]; null: each row has its own.</summary>
    public DevicePointer<float> Calibrated;

    /// <summary>int32 [E + 1] where rows are in sorted order: the last one is their number; null: another order.</summary>
    public DevicePointer<int> ExpertOffsets;

    /// <summary>Expert id of each row where rows are in slot order: those without a local expert are left out; null: another order.</summary>
    public DevicePointer<int> TokenSelectedExperts;

    /// <summary>From ids to experts 0..E-1.</summary>
    public LocalExpertArguments LocalExperts;

    /// <summary>Rows of tokens from this number on, read when the kernel runs, are left out; null means T.</summary>
    public DevicePointer<int> NumTokensOnDevice;

    /// <summary>T.</summary>
    public int NumTokens;

    /// <summary>1, or K.</summary>
    public int RowsPerToken;

    /// <summary>Elements of a row, a multiple of 8.</summary>
    public int Columns;

    /// <summary>E.</summary>
    public int NumExperts;

    /// <summary>Blocks of a launch: a row each, or eight of many short rows; the constants are kWarpColumns, kManyRows and kWarpRows of templates/quantize.</summary>
    public readonly long Blocks
    {
        get
        {
            long rows = (long)NumTokens * RowsPerToken;
            return Columns <= 2048 && rows >= 1024 ? (rows + 7) / 8 : rows;
        }
    }
}

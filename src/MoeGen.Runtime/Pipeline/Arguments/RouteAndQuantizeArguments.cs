using System.Runtime.InteropServices;

namespace MoeGen;

/// <summary>Arguments of sort and quantisation in one launch; the same layout as the struct of this name in templates/quantize.</summary>
/// <typeparam name="T">Element type of the layer.</typeparam>
[StructLayout(LayoutKind.Sequential)]
public struct RouteAndQuantizeArguments<T>
    where T : unmanaged
{
    /// <summary>Of the sort.</summary>
    public RouteArguments Route;

    /// <summary>Of the quantisation of tokens.</summary>
    public QuantizeArguments<T> Quantize;
}

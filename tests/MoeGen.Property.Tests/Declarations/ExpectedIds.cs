using System.Globalization;
using System.Text.RegularExpressions;

namespace MoeGen.Property.Tests;

/// <summary>Which diagnostics a declaration must give: docs/diagnostics, worked out a second time and without the generator's code.</summary>
internal static partial class ExpectedIds
{
    /// <summary>The ids, each once; none where the declaration is right.</summary>
    public static IReadOnlySet<string> Of(Declaration declaration)
    {
        SortedSet<string> ids = new(StringComparer.Ordinal);
        OfClass(declaration.Class, ids);
        Add(ids, "MOE010", declaration.Class.Name is "Descriptor" or "CudaSource"
            || (declaration.Class.Name == "Launchers" && declaration.Dtype != Dtype.FP32)
            || (declaration.Class.Name.Contains("Gemm", StringComparison.Ordinal) && declaration.Gemm == Gemm.Custom));
        OfEnums(declaration, ids);
        if (declaration.Dtype == Dtype.FP32)
        {
            Add(ids, "MOE012", new[] { "Tile", "Stages", "Gemm" }.Any(name => declaration.Find(name) is not null));
        }
        else
        {
            Add(ids, "MOE018", declaration.Gemm == Gemm.Custom && declaration.Class.OwnGemms == 0);
            bool nothingGenerated = declaration.Gemm == Gemm.Cublas || (declaration.Gemm == Gemm.Custom && declaration.Class.OwnGemms == 3);
            Add(ids, "MOE012", nothingGenerated && (declaration.Find("Tile") ?? declaration.Find("Stages")) is not null);
            Add(ids, "MOE024", declaration is { Dtype: Dtype.INT8, Gemm: Gemm.Custom or Gemm.Cublas });
            OfTile(declaration.Find("Tile") as string, declaration.Int("Stages"), declaration.Dtype == Dtype.INT8 ? 1 : 2, ids);
        }

        OfShape(declaration, ids);
        OfConstants(declaration, ids);
        return ids;
    }

    private static void OfClass(ClassForm form, SortedSet<string> ids)
    {
        bool isClass = form.Keyword == "class";
        Add(ids, "MOE008", !form.IsPartial);
        Add(ids, "MOE009", form.Containers.Any(container => !container.IsPartial));
        Add(ids, "MOE010", !isClass || form.Modifiers is "static" or "file" || form.IsGeneric || (isClass && form.HasPrimaryConstructor)
            || form.Containers.Any(container => container.IsGeneric || container.Modifiers == "file"));
        Add(ids, "MOE011", form.Keyword is "class" or "record" or "record class" && form.Base is not ("" or "global::System.ICloneable"));
    }

    private static void OfEnums(Declaration declaration, SortedSet<string> ids)
    {
        Add(ids, "MOE001", declaration.Dtype is null or Dtype.None);
        Add(ids, "MOE002", (declaration.Dtype is { } dtype && !Enum.IsDefined(dtype)) || (declaration.Gemm is { } gemm && !Enum.IsDefined(gemm))
            || !Enum.IsDefined(declaration.Activation) || !Enum.IsDefined(declaration.Routing));
    }

    private static void OfTile(string? tile, int? stages, int elementBytes, SortedSet<string> ids)
    {
        bool inRange = stages is null or (>= 2 and <= 8);
        Add(ids, "MOE005", !inRange);
        if (tile is not null && !TileForm().IsMatch(tile))
        {
            ids.Add("MOE003");
            return;
        }

        int[] sizes = [.. (tile ?? "128x128").Split('x').Select(part => int.Parse(part, CultureInfo.InvariantCulture)), 128 / elementBytes];
        (int m, int n, int rowBytes) = (sizes[0], sizes[1], sizes[2] * elementBytes);
        if (m is not (16 or 32 or 64 or 80 or 128 or 160 or 256) || n is not (64 or 128 or 256) || rowBytes is not (64 or 128 or 256) || (m, n, rowBytes) is (16 or 80 or 160, 64, 256))
        {
            ids.Add("MOE004");
            return;
        }

        bool tooManyRegisters = m is 160 or 256 && n == 256;
        Add(ids, "MOE007", tooManyRegisters);
        Add(ids, "MOE006", !tooManyRegisters && (m + n) * rowBytes * (inRange ? stages ?? 2 : 2) > 163 * 1024);
    }

    private static void OfShape(Declaration declaration, SortedSet<string> ids)
    {
        (int? experts, int? topK) = (declaration.Int("NumExperts"), declaration.Int("TopK"));
        bool wrongExperts = experts is < 1 or > 1024, wrongTopK = topK is < 1 or > 32;
        Add(ids, "MOE013", wrongExperts);
        Add(ids, "MOE014", wrongTopK || (declaration.Routing == RoutingMethod.SparseMixer && topK is not (null or 2)));
        bool routes = declaration.Routing != RoutingMethod.Preselected && Enum.IsDefined(declaration.Routing);
        Add(ids, "MOE015", !wrongExperts && !wrongTopK && routes && topK > experts);
        Add(ids, "MOE016", new[] { "HiddenSize", "IntermediateSize" }.Any(name =>
            declaration.Int(name) is { } size && (size < 8 || size % 8 != 0 || size > 1 << 29)));
    }

    private static void OfConstants(Declaration declaration, SortedSet<string> ids)
    {
        if (!Enum.IsDefined(declaration.Activation))
        {
            return;
        }

        foreach (string name in (string[])["SwigluAlpha", "SwigluBeta", "SwigluLimit"])
        {
            bool has = declaration.Activation == Activation.SwigluOai || (declaration.Activation == Activation.SwigluStep && name == "SwigluLimit");
            if (declaration.Find(name) is float value)
            {
                Add(ids, "MOE012", !has);
                Add(ids, "MOE017", has && (!float.IsFinite(value) || (name == "SwigluLimit" && value <= 0)));
            }
        }
    }

    private static void Add(SortedSet<string> ids, string id, bool applies)
    {
        if (applies)
        {
            ids.Add(id);
        }
    }

    [GeneratedRegex(@"\A[1-9][0-9]{0,4}(x[1-9][0-9]{0,4}){1,2}\z")]
    private static partial Regex TileForm();
}

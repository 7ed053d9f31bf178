using System.Globalization;
using MoeGen.Package.Tests.Harness;

namespace MoeGen.Package.Tests;

/// <summary>The package in a project of somebody else.</summary>
public sealed class ConsumerTests(PackedPackage package)
{
    [Fact]
    public void The_layer_of_an_annotated_class_runs()
    {
        using Consumer consumer = new(package);
        AssertResult(consumer.Dotnet("run"));
    }

    [Fact]
    public void A_wrong_tile_is_an_error_at_its_argument()
    {
        using Consumer consumer = new(package);
        string layer = Consumer.Layer.Replace("128x128", "100x128", StringComparison.Ordinal);
        consumer.Write("Layer.cs", layer);
        ProcessRun build = consumer.Dotnet("build").AssertFailure();
        string[] lines = layer.Split('\n');
        int line = Array.FindIndex(lines, text => text.Contains("100x128", StringComparison.Ordinal));
        int column = lines[line].IndexOf("Tile = ", StringComparison.Ordinal);
        string place = string.Create(CultureInfo.InvariantCulture, $"Layer.cs({line + 1},{column + 1}): error MOE004: Tile \"100x128\"");
        build.AssertPrinted(place);
        Assert.DoesNotContain("error CS", build.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_native_executable_runs_the_layer_and_is_made_without_warnings()
    {
        Assert.SkipUnless(NativeLinker() is not null, "NOT RUN, no native toolchain: neither clang nor gcc is in PATH, and NativeAOT links with one of them.");
        using Consumer consumer = new(package, properties: "<PublishAot>true</PublishAot><TrimmerSingleWarn>false</TrimmerSingleWarn><InvariantGlobalization>true</InvariantGlobalization>");
        ProcessRun publish = consumer.Dotnet("publish", "-c", "Release", "-o", "native").AssertSuccess();
        Assert.DoesNotContain("warning", publish.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.GetFiles(consumer.PathOf("native")), file => file.EndsWith(".dll", StringComparison.Ordinal));
        AssertResult(consumer.Run("native/Consumer"));
    }

    [Theory]
    [InlineData("", "net8.0", "<DisableImplicitFrameworkReferences>true</DisableImplicitFrameworkReferences>", "error MOEGEN001: TargetFramework is net8.0, but MoeGen needs net10.0 or newer")]
    [InlineData("", "net10.0", "<LangVersion>10</LangVersion>", "error MOEGEN003: LangVersion is 10, but the code that MoeGen generates needs C# 11 or newer")]
    [InlineData("-p:CompilerApiVersion=roslyn4.7", "net10.0", "", "error MOEGEN002: The C# compiler is Roslyn 4.7, but MoeGen's generator needs Roslyn 4.8 or newer")]
    public void What_is_too_old_is_said_in_one_error(string argument, string framework, string properties, string message)
    {
        using Consumer consumer = new(package, framework, properties);
        ProcessRun build = consumer.Dotnet(argument.Length > 0 ? ["build", argument] : ["build"]).AssertFailure();
        build.AssertPrinted(message);
        Assert.Single(build.Output.Split('\n').Where(line => line.Contains("error ", StringComparison.Ordinal)).Distinct());
    }

    [Fact]
    public void The_generated_code_is_CSharp_11()
    {
        using Consumer consumer = new(package, properties: "<LangVersion>11</LangVersion>");
        consumer.Write("Layer.cs", "using MoeGen;\n[MoeConfig(Dtype = Dtype.FP16, Routing = RoutingMethod.SoftmaxTopK)]\npublic partial class Layer\n{\n}");
        consumer.Write("Program.cs", "Console.WriteLine($\"{Layer.Descriptor.Variants.Count > 1} {Layer.CudaSource.Length > 0}\");");
        consumer.Dotnet("run").AssertSuccess().AssertPrinted("True True");
    }

    private static void AssertResult(ProcessRun run) => run.AssertSuccess()
        .AssertPrinted("backend Managed, output 64 64 64 64 64 64 64 64")
        .AssertPrinted("text has moe_gemm1: True");

    private static string? NativeLinker() => Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator)
        .SelectMany(folder => new[] { Path.Combine(folder, "clang"), Path.Combine(folder, "gcc") }).FirstOrDefault(File.Exists);
}
